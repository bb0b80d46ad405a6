require "open_feature/sdk"
require "openfeature/ofrep/provider"

configuration = OpenFeature::OFREP::Configuration.new(
  base_url: "https://burgee.example",
  headers: { "Authorization" => "Bearer bgs_key" } # connects to ENVIRONMENT
)
OpenFeature::SDK.configure do |config|
  config.set_provider(OpenFeature::OFREP::Provider.new(configuration: configuration))
end

flags = OpenFeature::SDK.build_client
alice = OpenFeature::SDK::EvaluationContext.new(targeting_key: "alice")
holiday = flags.fetch_boolean_value(flag_key: "Flags.isHoliday", default_value: false, evaluation_context: alice)
puts holiday ? "A special day" : "A normal day"
