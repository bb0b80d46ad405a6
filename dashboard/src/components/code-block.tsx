import classes from './code-block.module.css';
import { CopyIcon } from './copy';

/** Code to copy: plain text in a box that scrolls sideways, which the keyboard can reach. */
export function CodeBlock({ code, label }: { code: string; label: string }) {
  return (
    <div className={classes.block}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable without a mouse */}
      <section className={classes.scroll} tabIndex={0} aria-label={label}>
        <pre className={classes.code}>{code}</pre>
      </section>
      <div className={classes.copy}>
        <CopyIcon text={code} label={`Copy: ${label}`} />
      </div>
    </div>
  );
}
