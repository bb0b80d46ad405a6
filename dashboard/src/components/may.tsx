import { useQuery } from '@tanstack/react-query';
import { cloneElement, type MouseEvent, type ReactElement, type ReactNode, useId } from 'react';
import { sessionQuery } from '@/api/account';
import { type Action, actionWords, holds } from '@/lib/rights';

type Needs = {
  /** The right that it takes, or several of which one is enough. */
  to: Action | readonly Action[];
  /** Where: a project, project/environment, or empty for the whole server. */
  at: string;
};

/**
 * Why the person signed in may not do something, or nothing when they may. The server decides at each
 * request; this only says it before the click.
 */
export function useRefusal({ to, at }: Needs): string | undefined {
  const member = useQuery(sessionQuery()).data?.member;
  const any = typeof to === 'string' ? [to] : to;
  if (!member || any.length === 0 || holds(member.rights, any, at)) return undefined;
  const where = at === '' ? 'on this server' : `in ${at}`;
  return `You may not ${any.map((action) => actionWords[action]).join(', or ')} ${where}. Ask an owner of this server.`;
}

type Control = {
  onClick?: (event: MouseEvent) => void;
  title?: string;
  'aria-disabled'?: boolean;
  'aria-describedby'?: string;
  'data-disabled'?: boolean;
};

/**
 * A button or link that may be refused for a reason. Refused, the control stays in view and in reach of the keyboard,
 * does nothing, and says why: with `disabled` nobody could focus it to hear the reason.
 */
export function Unless({
  refusal,
  children,
}: {
  refusal: string | undefined;
  children: ReactElement<Control>;
}) {
  const id = useId();
  if (refusal === undefined) return children;
  const refused: Control = {
    onClick: (event) => event.preventDefault(),
    title: refusal,
    'aria-disabled': true,
    'aria-describedby': id,
    'data-disabled': true,
  };
  return (
    <>
      {cloneElement(children, refused)}
      <span id={id} className="b-hidden">
        {refusal}
      </span>
    </>
  );
}

/** A button or link that takes a right, and without it says so; locked is for nobody, and says why. */
export function May({
  children,
  locked,
  ...needs
}: Needs & { children: ReactElement<Control>; locked?: string }) {
  const refused = useRefusal(needs);
  return <Unless refusal={locked ?? refused}>{children}</Unless>;
}

/** Fields that take a right: without it they can be read, and the reason stands above them. */
export function MayEdit({ children, locked, ...needs }: Needs & { children: ReactNode; locked?: string }) {
  const refused = useRefusal(needs);
  const refusal = locked ?? refused;
  const id = useId();
  return (
    <fieldset className="b-bare" disabled={refusal !== undefined} aria-describedby={refusal && id}>
      {refusal && (
        <p id={id} className="b-refusal" role="note">
          {refusal}
        </p>
      )}
      {children}
    </fieldset>
  );
}
