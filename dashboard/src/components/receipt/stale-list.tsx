import type { Receipt } from '@/api/types';
import { Time } from '@/components/time';
import { count } from '@/lib/names';
import classes from './receipt.module.css';

/** The instances that lack a revision: which, what they have instead, and since when. */
export function StaleList({ receipt }: { receipt: Receipt }) {
  const more = receipt.stale - receipt.staleInstances.length;
  return (
    <div className={`b-scroll-x ${classes.list}`}>
      <table aria-label={`Stale at revision ${receipt.revision}`}>
        <thead>
          <tr>
            <th scope="col">Application</th>
            <th scope="col">Address</th>
            <th scope="col">Instance</th>
            <th scope="col">Has revision</th>
            <th scope="col">Up to date until</th>
            <th scope="col">Last seen</th>
          </tr>
        </thead>
        <tbody>
          {receipt.staleInstances.map((one) => (
            <tr key={one.instance}>
              <td>
                {one.application || 'an unnamed program'} {one.version}
              </td>
              <td className="b-mono">{one.address}</td>
              <td className="b-mono">{one.instance.slice(0, 12)}</td>
              <td>{one.applied ?? 'not known'}</td>
              <td>
                <Time at={one.since} />
              </td>
              <td>
                <Time at={one.lastSeenAt} />
                {!one.connected && ', not connected'}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && <p>and {count(more, 'more instance')}</p>}
    </div>
  );
}
