using OpenFeature;
using OpenFeature.Model;
using OpenFeature.Providers.Ofrep;
using OpenFeature.Providers.Ofrep.Configuration;

var configuration = new OfrepConfiguration("https://burgee.example")
{
    Headers = new Dictionary<string, string> { ["Authorization"] = "Bearer bgs_key" }, // connects to ENVIRONMENT
};
await Api.Instance.SetProviderAsync(new OfrepProvider(configuration));

var flags = Api.Instance.GetClient();
var alice = EvaluationContext.Builder().SetTargetingKey("alice").Build();
var holiday = await flags.GetBooleanValueAsync("Flags.isHoliday", false, alice);
Console.WriteLine(holiday ? "A special day" : "A normal day");
