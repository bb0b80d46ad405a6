import { ppm, type ShareText } from '@/lib/shares';
import classes from './rules.module.css';

const colours = ['#256fd9', '#2b8a3e', '#b3380a', '#7048e8', '#0b7285', '#a61e4d'];

/** The colour of the nth variation wherever several are drawn beside each other. */
export const colourOf = (index: number): string => colours[index % colours.length] as string;

/** Shares as one bar; the numbers beside it say the same. */
export function ShareBar({ shares }: { shares: ShareText[] }) {
  return (
    <div className={classes.bar} aria-hidden>
      {shares.map((share, at) => (
        <div
          key={share.to}
          style={{
            width: `${(ppm(share.text) ?? 0) / 10_000}%`,
            background: share.to === 'next' ? 'transparent' : colourOf(at),
          }}
        />
      ))}
    </div>
  );
}
