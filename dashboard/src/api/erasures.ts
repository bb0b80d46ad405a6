import { answer, api } from './client';
import type { components } from './schema';

export type Erasure = components['schemas']['Erasure'];
export type ErasedProject = components['schemas']['ErasedProject'];
export type EraseRequest = components['schemas']['EraseInputBody'];

/** Erases an identifier, or with `dryRun` says what that would do. */
export const erase = (request: EraseRequest) => answer(api.POST('/api/v1/erasures', { body: request }));
