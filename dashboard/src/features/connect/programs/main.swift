import OFREPClientProvider
import OpenFeature

let options = OfrepProviderOptions(
    endpoint: "https://burgee.example",
    headers: ["X-API-Key": "bgc_key"] // connects to ENVIRONMENT
)
let alice = MutableContext(targetingKey: "alice", structure: MutableStructure())
await OpenFeatureAPI.shared.setProviderAndWait(
    provider: OfrepClientProvider(options: options), initialContext: alice)

let flags = OpenFeatureAPI.shared.getClient()
let holiday = flags.getBooleanValue(key: "Flags.isHoliday", defaultValue: false)
print(holiday ? "A special day" : "A normal day")
