import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
import { OpenFeature, ProviderEvents } from '@openfeature/web-sdk';

const provider = new OFREPWebProvider({
  baseUrl: 'https://burgee.example',
  headers: [['X-API-Key', 'bgc_key']], // connects to ENVIRONMENT
});
await OpenFeature.setProviderAndWait(provider, { targetingKey: 'alice' });

const flags = OpenFeature.getClient();
const show = () => {
  const holiday = flags.getBooleanValue('Flags.isHoliday', false);
  document.body.dataset.day = holiday ? 'special' : 'normal';
};
flags.addHandler(ProviderEvents.ConfigurationChanged, show); // follows every change
show();
