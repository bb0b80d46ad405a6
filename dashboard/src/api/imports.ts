import { answer, api } from './client';
import type { ImportRequest } from './types';

/** Another product's export as a document, and what is lost of it; nothing is changed. */
export const importDocument = (project: string, body: ImportRequest) =>
  answer(api.POST('/api/v1/projects/{project}/import', { params: { path: { project } }, body }));
