// The shared save model. It is the one feature that the others may import.
export { DraftBar } from './draft-bar';
export * from './draft-store';
export { faultsBelow, usePlan } from './plan';
export { useCloseReview, useOpenReview } from './use-review';
