/** What a constant of an operator looks like. */
export type ValueKind = 'scalar' | 'text' | 'number' | 'version' | 'range' | 'time' | 'address' | 'none';

export type Operator = {
  op: string;
  words: string;
  /** The words of the same operator below `not`. */
  negated: string;
  values: ValueKind;
  /** How many constants it takes; `many` is one or more. */
  takes: 'none' | 'one' | 'two' | 'many';
  ignoreCase: boolean;
  group: 'Text' | 'Number' | 'Version' | 'Time' | 'Other';
  /** An example for the empty box. */
  example: string;
};

const operator = (
  group: Operator['group'],
  op: string,
  words: string,
  negated: string,
  values: ValueKind,
  takes: Operator['takes'],
  example: string,
  ignoreCase = false,
): Operator => ({ op, words, negated, values, takes, ignoreCase, group, example });

/** Every operator by the name it has in documents, with the words people read. */
export const operators: Operator[] = [
  operator('Text', 'in', 'is one of', 'is none of', 'scalar', 'many', 'DE, AT', true),
  operator('Text', 'starts_with', 'starts with', 'does not start with', 'text', 'many', 'team-', true),
  operator('Text', 'ends_with', 'ends with', 'does not end with', 'text', 'many', '@corp.example', true),
  operator('Text', 'contains', 'contains', 'does not contain', 'text', 'many', 'beta', true),
  operator(
    'Text',
    'glob',
    'fits the pattern',
    'does not fit the pattern',
    'text',
    'many',
    '*.corp.example',
    true,
  ),
  operator(
    'Text',
    'matches',
    'matches the expression',
    'does not match the expression',
    'text',
    'many',
    '^a[0-9]+$',
  ),
  operator('Number', 'lt', 'is less than', 'is not less than', 'number', 'one', '18'),
  operator('Number', 'le', 'is at most', 'is not at most', 'number', 'one', '18'),
  operator('Number', 'gt', 'is more than', 'is not more than', 'number', 'one', '18'),
  operator('Number', 'ge', 'is at least', 'is not at least', 'number', 'one', '18'),
  operator('Number', 'between', 'is between', 'is not between', 'number', 'two', '18, 65'),
  operator(
    'Version',
    'ver_ge',
    'is version … or newer',
    'is not version … or newer',
    'version',
    'one',
    '2.0',
  ),
  operator(
    'Version',
    'ver_gt',
    'is newer than version',
    'is not newer than version',
    'version',
    'one',
    '2.0',
  ),
  operator(
    'Version',
    'ver_le',
    'is version … or older',
    'is not version … or older',
    'version',
    'one',
    '2.0',
  ),
  operator(
    'Version',
    'ver_lt',
    'is older than version',
    'is not older than version',
    'version',
    'one',
    '2.0',
  ),
  operator('Version', 'ver_eq', 'is version', 'is not version', 'version', 'one', '2.0'),
  operator(
    'Version',
    'ver_range',
    'is in the version range',
    'is not in the version range',
    'range',
    'many',
    '^2.1',
  ),
  operator('Time', 'before', 'is before', 'is not before', 'time', 'one', '2026-12-24T18:00:00Z'),
  operator('Time', 'after', 'is after', 'is not after', 'time', 'one', '2026-12-24T18:00:00Z'),
  operator('Other', 'exists', 'is given', 'is missing', 'none', 'none', ''),
  operator('Other', 'all_in', 'has only', 'has not only', 'scalar', 'many', 'admin, editor'),
  operator('Other', 'cidr', 'is an address in', 'is not an address in', 'address', 'many', '10.0.0.0/8'),
];

const byName = new Map(operators.map((item) => [item.op, item]));

export const operatorOf = (op: string): Operator | undefined => byName.get(op);
