import { renderHook } from '@testing-library/react';
import { act } from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { useReach, watchOffline } from './offline';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('a server that answers is online though its stream is lost', async () => {
  const { result } = renderHook(useReach);
  const answers = vi.fn();
  const stop = watchOffline(async () => 'fine', 1000, answers);
  await act(() => vi.advanceTimersByTimeAsync(7000));
  expect(result.current.state).toBe('online');
  expect(answers).toHaveBeenCalledTimes(3);
  stop();
});

test('the second failure is offline since the stream was lost, and an answer ends it', async () => {
  const { result } = renderHook(useReach);
  let up = false;
  const probe = async () => {
    if (!up) throw new Error('no answer');
  };
  const stop = watchOffline(probe, 1000, () => {});
  await act(() => vi.advanceTimersByTimeAsync(100));
  expect(result.current.state).toBe('online');
  await act(() => vi.advanceTimersByTimeAsync(3000));
  expect(result.current).toEqual({ state: 'offline', since: 1000 });
  up = true;
  await act(() => vi.advanceTimersByTimeAsync(3000));
  expect(result.current.state).toBe('online');
  stop();
});
