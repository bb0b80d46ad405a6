import type { PlanItem } from '@/api/types';
import { FieldDiff } from './field-diff';

/** What changes or differs, an object each: in sentences, then field by field. */
export function Items({ label, items }: { label: string; items: PlanItem[] }) {
  return (
    <ul aria-label={label}>
      {items.map((item) => (
        <li key={`${item.kind} ${item.object} ${item.environment ?? ''}`}>
          {item.sentences.map((sentence) => (
            <div key={sentence}>{sentence}</div>
          ))}
          <FieldDiff diff={item.diff} />
        </li>
      ))}
    </ul>
  );
}
