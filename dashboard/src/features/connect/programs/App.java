import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.openfeature.contrib.providers.ofrep.OfrepProvider;
import dev.openfeature.contrib.providers.ofrep.OfrepProviderOptions;
import dev.openfeature.sdk.ImmutableContext;
import dev.openfeature.sdk.OpenFeatureAPI;

public class App {
    public static void main(String[] args) {
        var options = OfrepProviderOptions.builder()
            .baseUrl("https://burgee.example")
            .headers(ImmutableMap.of("Authorization", ImmutableList.of("Bearer bgs_key"))) // connects to ENVIRONMENT
            .build();
        OpenFeatureAPI.getInstance().setProviderAndWait(OfrepProvider.constructProvider(options));

        var flags = OpenFeatureAPI.getInstance().getClient();
        boolean holiday = flags.getBooleanValue("Flags.isHoliday", false, new ImmutableContext("alice"));
        System.out.println(holiday ? "A special day" : "A normal day");
        OpenFeatureAPI.getInstance().shutdown();
    }
}
