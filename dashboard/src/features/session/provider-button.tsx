import { startSSO } from '@/api/session';
import { useSubmit } from './use-submit';

/** Leaves for the provider of single sign-on. */
export function ProviderButton({ name }: { name: string }) {
  const { submit, busy, message } = useSubmit(
    () => startSSO(),
    (next) => window.location.assign(next.url),
  );
  return (
    <form onSubmit={submit}>
      {message && (
        <p className="door-fault" role="alert">
          {message}
        </p>
      )}
      <button type="submit" className="door-button" disabled={busy} aria-busy={busy}>
        Sign in with {name}
      </button>
    </form>
  );
}
