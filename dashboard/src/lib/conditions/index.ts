// Conditions as people edit them, and as documents write them.
export * from './edit';
export * from './model';
export * from './operators';
export { readCondition } from './read';
export { conditionWords, lineWords, whenWords } from './words';
export { parseCondition, writeCondition } from './write';
