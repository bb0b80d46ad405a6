import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import classes from './page.module.css';

type Props = {
  title: string;
  /** One line under the title. */
  summary?: ReactNode;
  /** What stands before the title's line: a way back, a badge. */
  before?: ReactNode;
  /** The one primary action, and at most two others. */
  actions?: ReactNode;
  children: ReactNode;
};

/** A page's head and body, the same everywhere. */
export function Page({ title, summary, before, actions, children }: Props) {
  useDocumentTitle(`${title} · Burgee`);
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <div className={classes.titles}>
          {before}
          <h1 className={classes.title}>{title}</h1>
          {summary && <div className={classes.summary}>{summary}</div>}
        </div>
        {actions && <div className={classes.actions}>{actions}</div>}
      </div>
      {children}
    </div>
  );
}
