import dev.openfeature.kotlin.contrib.providers.ofrep.OfrepProvider
import dev.openfeature.kotlin.contrib.providers.ofrep.bean.OfrepOptions
import dev.openfeature.kotlin.sdk.ImmutableContext
import dev.openfeature.kotlin.sdk.OpenFeatureAPI

suspend fun main() {
    val options = OfrepOptions(
        endpoint = "https://burgee.example",
        headers = mapOf("X-API-Key" to "bgc_key"), // connects to ENVIRONMENT
    )
    OpenFeatureAPI.setProviderAndWait(OfrepProvider(options), initialContext = ImmutableContext("alice"))

    val flags = OpenFeatureAPI.getClient()
    val holiday = flags.getBooleanValue("Flags.isHoliday", false)
    println(if (holiday) "A special day" else "A normal day")
    OpenFeatureAPI.shutdown()
}
