import { Button, Textarea } from '@mantine/core';
import { IconBraces, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { ContextRow } from './context-row';
import { type Context, contextOf, contextOfRows, newRow, type Row, rowsOf } from './model';
import { useContextRows } from './use-context';
import classes from './why.module.css';

/** Who asks: attributes by name, or pasted as JSON. */
export function ContextForm({ context }: { context: Context }) {
  const { rows, setRows, change } = useContextRows(context);
  const [pasting, setPasting] = useState(false);
  const remove = (row: Row) =>
    row.usual ? change({ ...row, text: '' }) : setRows((all) => all.filter((item) => item.uid !== row.uid));
  return (
    <section aria-labelledby="why-context">
      <h2 id="why-context" className={classes.heading}>
        For whom
      </h2>
      {pasting ? (
        <JsonBox rows={rows} onRows={setRows} />
      ) : (
        <ul className={classes.rows} aria-label="Attributes">
          {rows.map((row) => (
            <ContextRow key={row.uid} row={row} onChange={change} onRemove={() => remove(row)} />
          ))}
        </ul>
      )}
      <div className={classes.buttons}>
        {!pasting && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => setRows((all) => [...all, newRow()])}
          >
            Add an attribute
          </Button>
        )}
        <Button
          size="xs"
          variant="default"
          leftSection={<IconBraces size={14} aria-hidden />}
          onClick={() => setPasting(!pasting)}
        >
          {pasting ? 'Show fields' : 'Paste JSON'}
        </Button>
      </div>
    </section>
  );
}

function JsonBox({ rows, onRows }: { rows: Row[]; onRows: (rows: Row[]) => void }) {
  const [text, setText] = useState(() => JSON.stringify(contextOfRows(rows), null, 2));
  const [fault, setFault] = useState<string>();
  const type = (next: string) => {
    setText(next);
    try {
      const parsed: unknown = next.trim() === '' ? {} : JSON.parse(next);
      const context = contextOf(parsed);
      setFault(context ? undefined : 'A context is an object, such as {"targetingKey": "alice"}.');
      if (context) onRows(rowsOf(context));
    } catch {
      setFault('This is not JSON yet. Write an object, such as {"targetingKey": "alice"}.');
    }
  };
  return (
    <Textarea
      aria-label="Context as JSON"
      autosize
      minRows={6}
      maxRows={24}
      data-autofocus
      classNames={{ input: 'b-mono' }}
      value={text}
      error={fault}
      onChange={(event) => type(event.currentTarget.value)}
    />
  );
}
