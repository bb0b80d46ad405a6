import { describe, expect, it } from 'vitest';
import {
  equalShares,
  fillRest,
  percentText,
  ppm,
  readServe,
  serveWords,
  settleShares,
  sharesFault,
  typeShare,
  writeDefault,
  writeServe,
} from './shares';

describe('percentages', () => {
  it('are read as decimal text, not as binary floats', () => {
    expect(ppm('25')).toBe(250_000);
    expect(ppm('33.3333')).toBe(333_333);
    expect(ppm('0.1')).toBe(1_000);
    expect(ppm('100')).toBe(1_000_000);
  });
  it.each(['', '-1', '100.1', '1.23456', 'abc', '1e2', '1,5'])('refuse %j', (text) => {
    expect(ppm(text)).toBeUndefined();
  });
  it('are written without needless zeros', () => {
    expect(percentText(250_000)).toBe('25');
    expect(percentText(1_000)).toBe('0.1');
  });
});

describe('shares', () => {
  it('must sum to 100, and say how much is missing', () => {
    expect(
      sharesFault([
        { to: 'true', text: '25' },
        { to: 'false', text: '75' },
      ]),
    ).toBeUndefined();
    expect(
      sharesFault([
        { to: 'true', text: '33.3333' },
        { to: 'false', text: '66.6667' },
      ]),
    ).toBeUndefined();
    expect(
      sharesFault([
        { to: 'true', text: '25' },
        { to: 'false', text: '70' },
      ]),
    ).toBe('The shares sum to 95 %, not 100 %: give 5 % more.');
    expect(
      sharesFault([
        { to: 'true', text: '60' },
        { to: 'next', text: '70' },
      ]),
    ).toContain('take 30 % away');
  });
  it('give the rest to one party', () => {
    const shares = [
      { to: 'true', text: '33.3333' },
      { to: 'next', text: '' },
    ];
    expect(fillRest(shares, 'next')[1]).toEqual({ to: 'next', text: '66.6667' });
  });
  it('settle: the rest goes on to the next rule, which gives way to what is typed later', () => {
    const typed = [
      { to: 'true', text: '25' },
      { to: 'false', text: '' },
      { to: 'next', text: '' },
    ];
    const settled = settleShares(typed, true);
    expect(settled.map((share) => share.text)).toEqual(['25', '', '75']);
    expect(typeShare(settled, 'false', '70').map((share) => share.text)).toEqual(['25', '70', '5']);
    expect(settleShares(typed, false).map((share) => share.text)).toEqual(['25', '75', '']);
  });
  it('stay as they are while nothing is typed, or where they are whole', () => {
    const none = [
      { to: 'true', text: '' },
      { to: 'next', text: '' },
    ];
    expect(settleShares(none, true)).toBe(none);
    const whole = [
      { to: 'true', text: '100' },
      { to: 'next', text: '' },
    ];
    expect(settleShares(whole, true)).toBe(whole);
  });
  it('are equal and still sum to 100', () => {
    expect(equalShares(3)).toEqual(['33.3333', '33.3333', '33.3334']);
  });
});

describe('what is served', () => {
  it('is a variation', () => {
    expect(writeServe(readServe('true', {}, ['true', 'false']))).toEqual({ serve: 'true' });
  });
  it('keeps unit, seed and table of a split beside a rule', () => {
    const beside = {
      by: 'organization.key',
      seed: 's',
      table: [
        [250_000, 'true'],
        [1_000_000, 'next'],
      ],
    };
    const edit = readServe({ true: 25, next: 75 }, beside, ['true', 'false']);
    expect(writeServe(edit)).toEqual({ serve: { true: 25, next: 75 }, ...beside });
    expect(serveWords(edit)).toBe('25 % true, 75 % go on by organization.key');
  });
  it('nests a split of the default', () => {
    const edit = readServe({ serve: { true: 25, false: 75 }, by: 'email' }, {}, ['true', 'false']);
    expect(writeDefault(edit)).toEqual({ serve: { true: 25, false: 75 }, by: 'email' });
  });
});
