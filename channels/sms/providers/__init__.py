"""The gateways' contracts, each as pure functions: what is asked of them, what they say, and whether it is they who say it."""

from channels.sms.providers import generic, twilio, vonage
from channels.sms.providers.model import Provider

PROVIDERS: dict[str, Provider] = {
    "generic": generic.Generic(),
    "twilio": twilio.Twilio(),
    "vonage": vonage.Vonage(),
}
