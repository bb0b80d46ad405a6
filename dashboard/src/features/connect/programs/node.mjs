import { OFREPProvider } from '@openfeature/ofrep-provider';
import { OpenFeature } from '@openfeature/server-sdk';

const provider = new OFREPProvider({
  baseUrl: 'https://burgee.example',
  headersFactory: () => [['Authorization', 'Bearer bgs_key']], // connects to ENVIRONMENT
});
await OpenFeature.setProviderAndWait(provider);

const flags = OpenFeature.getClient();
const holiday = await flags.getBooleanValue('Flags.isHoliday', false, { targetingKey: 'alice' });
console.log(holiday ? 'A special day' : 'A normal day');
