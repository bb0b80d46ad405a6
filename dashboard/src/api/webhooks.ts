import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answer, api, items } from './client';
import type { Webhook, WebhookSettings } from './types';

const all = '/api/v1/projects/{project}/webhooks';
const one = `${all}/{webhook}` as const;
const deliveries = `${one}/deliveries` as const;

const key = (project: string) => ['project', project, 'webhooks'];

/** How often a page that shows how webhooks do asks again. */
const refetchInterval = 5000;

export const webhooksQuery = (project: string) =>
  queryOptions({
    queryKey: key(project),
    queryFn: ({ signal }) => items(api.GET(all, { params: { path: { project } }, signal })),
    refetchInterval,
  });

export const createWebhook = (project: string, body: WebhookSettings) =>
  answer(api.POST(all, { params: { path: { project } }, body }));

const at = (project: string, { id, version }: Webhook) => ({
  params: { path: { project, webhook: id }, header: { 'If-Match': `"${version}"` } },
});

export const updateWebhook = (project: string, webhook: Webhook, body: Partial<WebhookSettings>) =>
  answer(api.PATCH(one, { ...at(project, webhook), body }));
export const deleteWebhook = (project: string, webhook: Webhook) =>
  answer(api.DELETE(one, at(project, webhook)));
export const rotateWebhook = (project: string, webhook: Webhook, overlapHours: number) =>
  answer(api.POST(`${one}/rotate`, { ...at(project, webhook), body: { overlapHours } }));
export const testWebhook = (project: string, webhook: Webhook) =>
  answer(api.POST(`${one}/test`, { params: { path: { project, webhook: webhook.id } } }));

/** What a webhook was sent, newest first, a page at a time. */
export const deliveriesQuery = (project: string, webhook: string) =>
  infiniteQueryOptions({
    queryKey: [...key(project), webhook, 'deliveries'],
    queryFn: ({ signal, pageParam }) =>
      answer(
        api.GET(deliveries, {
          params: { path: { project, webhook }, query: { limit: 20, before: pageParam } },
          signal,
        }),
      ),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (last) => last.next,
    refetchInterval,
  });

export const deliveryQuery = (project: string, webhook: string, delivery: number) =>
  queryOptions({
    queryKey: [...key(project), webhook, 'deliveries', delivery],
    queryFn: ({ signal }) =>
      answer(
        api.GET(`${deliveries}/{delivery}`, { params: { path: { project, webhook, delivery } }, signal }),
      ),
    refetchInterval,
  });

export const redeliver = (project: string, webhook: string, delivery: number) =>
  answer(
    api.POST(`${deliveries}/{delivery}/redeliver`, { params: { path: { project, webhook, delivery } } }),
  );
