// The page decides by its own flag whether it celebrates; what day it is, the
// service says. One experiment sets both flags for the same users.
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
import { OpenFeature, ProviderEvents } from '@openfeature/web-sdk';

const user = new URLSearchParams(location.search).get('user') ?? 'ann';
const settings = await (await fetch('/settings.json')).json();

const provider = new OFREPWebProvider({ baseUrl: settings.burgee, headers: [['X-API-Key', settings.clientKey]] });
await OpenFeature.setProviderAndWait(provider, { targetingKey: user });
const flags = OpenFeature.getClient();

// The same user as in the context above: the service decides by it too.
async function askService() {
  const answer = await fetch('/calendar/api/v1.0/whatistoday', { headers: { 'X-User': user } });
  document.querySelector('#day').value = (await answer.json()).day;
}

function show() {
  document.querySelector('#banner').hidden = !flags.getBooleanValue('web.celebrate', false);
  return askService();
}

// A change is pushed to the page and to the service at the same time, but not in
// the same instant: the page asks the service once more, a second later.
flags.addHandler(ProviderEvents.ConfigurationChanged, () => {
  show();
  setTimeout(askService, 1000);
});
await show();
