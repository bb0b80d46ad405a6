import { whenComplete } from '@/lib/conditions';
import { type ServeEdit, sharesFault } from '@/lib/shares';
import type { ConfigurationEdit } from './model';

const serveComplete = (serve: ServeEdit): boolean =>
  serve.kind === 'variation' ? serve.id !== '' : sharesFault(serve.shares) === undefined;

/** True when nothing is half typed, so that asking the server what it thinks is worth while. */
export const complete = (edit: ConfigurationEdit): boolean =>
  edit.rules.every((rule) => whenComplete(rule.when) && serveComplete(rule.serve)) &&
  serveComplete(edit.otherwise) &&
  edit.prerequisites.every((item) => item.flag !== '' && item.variations.length > 0) &&
  edit.targets.every((list) => list.path !== '');
