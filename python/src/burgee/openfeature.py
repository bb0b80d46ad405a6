"""The OpenFeature provider: flags are evaluated here, and asked in OpenFeature's words.

    from openfeature import api
    from burgee.openfeature import BurgeeProvider

    api.set_provider_and_wait(BurgeeProvider())      # BURGEE_KEY and BURGEE_URL
    client = api.get_client()
    if client.get_boolean_value("Flags.isHoliday", False, EvaluationContext("ann")):
        ...

It needs OpenFeature's SDK: ``pip install 'burgee[openfeature]'``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any, TypeVar

from openfeature.evaluation_context import EvaluationContext
from openfeature.event import ProviderEvent, ProviderEventDetails
from openfeature.exception import ErrorCode, GeneralError, ProviderFatalError
from openfeature.flag_evaluation import FlagResolutionDetails, Reason
from openfeature.hook import Hook
from openfeature.provider import AbstractProvider, ProviderStatus
from openfeature.provider.metadata import Metadata
from openfeature.track import TrackingEventDetails

from burgee._client import Client
from burgee._engine import Outcome
from burgee._engine import outcome as native
from burgee._results import Fetched, Status

__all__ = ["BurgeeProvider"]

T = TypeVar("T")

Track = Callable[[str, EvaluationContext | None, TrackingEventDetails | None], object]

SETTLING = 0.1
"""Seconds that OpenFeature may take to note how initialisation ended. What comes after it
must not overtake it, and goes another way."""

_FAILURES = {
    native.NOT_READY: (ErrorCode.PROVIDER_NOT_READY, "there is no configuration yet"),
    native.FLAG_NOT_FOUND: (
        ErrorCode.FLAG_NOT_FOUND,
        "there is no flag {key!r} in this environment",
    ),
    native.TYPE_MISMATCH: (
        ErrorCode.TYPE_MISMATCH,
        "the value of flag {key!r} cannot be given as {kind}",
    ),
    native.ERROR: (
        ErrorCode.GENERAL,
        "flag {key!r} cannot be evaluated; open it in the dashboard to see why",
    ),
}
_TARGETED = {native.TARGET, native.RULE, native.EXPERIMENT}


class BurgeeProvider(AbstractProvider):
    """Evaluates in this process, and keeps up with the server in the background.

    ``init_timeout`` is how many seconds initialisation waits for the first
    configuration; after it the provider is in error, serves the defaults in the code,
    and becomes ready by itself once the server is there. ``hooks`` run in each
    evaluation. ``track`` is called with what the program tracks: Burgee's server takes
    no such events. Every other argument is one of ``burgee.Client.setup``.
    """

    def __init__(
        self,
        *,
        init_timeout: float = 5.0,
        hooks: Sequence[Hook] = (),
        track: Track | None = None,
        **setup: Any,
    ) -> None:
        super().__init__()
        self.client = Client()
        """The client that evaluates, to register flags with for example."""
        self._init_timeout = init_timeout
        self._hooks = list(hooks)
        self._track = track
        self._setup = setup
        self._fetched_handler = setup.pop("configuration_fetched_handler", None)
        self._status_handler = setup.pop("status_handler", None)
        self._lock = threading.RLock()
        """Held while a state is looked at and told, so that the last told is the last."""
        self._status = ProviderStatus.NOT_READY
        self._revision: int | None = None
        self._settling: threading.Timer | None = None
        self._settled = False

    @property
    def status(self) -> ProviderStatus:
        """The state that OpenFeature was told."""
        return self._status

    def get_metadata(self) -> Metadata:
        """The provider's name."""
        return Metadata("burgee")

    def get_provider_hooks(self) -> list[Hook]:
        """The hooks that it was given."""
        return self._hooks

    # -- life -----------------------------------------------------------------

    def initialize(self, evaluation_context: EvaluationContext) -> None:
        """Connect, and return when there is a configuration.

        Raises GeneralError when none came in time, and ProviderFatalError where none
        ever can, because there is no key that could work.
        """
        del evaluation_context  # every evaluation brings its own
        try:
            self.client.begin(
                configuration_fetched_handler=self._fetched,
                status_handler=self._turned,
                **self._setup,
            )
        except (TypeError, ValueError) as error:
            self._settle(ProviderStatus.FATAL)
            raise ProviderFatalError(str(error)) from error
        if self.client.wait(self._init_timeout):
            self._settle(ProviderStatus.READY)
            return
        problem = self.client.status().last_error or "no configuration came in time"
        if self.client.offline:
            self._settle(ProviderStatus.FATAL)
            raise ProviderFatalError(problem)
        self._settle(ProviderStatus.ERROR)
        raise GeneralError(problem)

    def shutdown(self) -> None:
        """Send the last counts and disconnect; twice is once."""
        with self._lock:
            if self._settling is not None:
                self._settling.cancel()
            self._settling, self._settled = None, False
            self._status, self._revision = ProviderStatus.NOT_READY, None
        self.client.shutdown()
        self.client.forget()

    def _settle(self, status: ProviderStatus) -> None:
        """Note how initialisation ended, which OpenFeature tells by itself."""
        with self._lock:
            self._status = status
            self._revision = self.client.status().revision
            timer = threading.Timer(SETTLING, self._begin)
            timer.daemon = True
            self._settling = timer
        timer.start()

    def _begin(self) -> None:
        with self._lock:
            self._settled = self._settling is threading.current_thread()
            self._look()

    def _turned(self, status: Status) -> None:
        self._look()
        if self._status_handler is not None:
            self._status_handler(status)

    def _fetched(self, fetched: Fetched) -> None:
        with self._lock:
            served = self._status in {ProviderStatus.READY, ProviderStatus.STALE}
            first = fetched.revision == self._revision
            self._look()
            if fetched.error is None and fetched.has_changes and served and not first:
                self.emit_provider_configuration_changed(_change(fetched))
        if self._fetched_handler is not None:
            self._fetched_handler(fetched)

    def _look(self) -> None:
        """Tell of a state that differs from the one that was told last."""
        with self._lock:
            if not self._settled or self._status is ProviderStatus.FATAL:
                return
            now = self.client.status()
            if now.revision is None:
                return
            if not now.connected and self._status is ProviderStatus.READY:
                self._status = ProviderStatus.STALE
                why = f"the server is away: {now.last_error or 'connecting'}"
                self.emit(ProviderEvent.PROVIDER_STALE, ProviderEventDetails(message=why))
            elif now.connected and self._status is not ProviderStatus.READY:
                if self._status is ProviderStatus.ERROR:
                    self._revision = now.revision
                self._status = ProviderStatus.READY
                details = ProviderEventDetails(message="connected")
                self.emit(ProviderEvent.PROVIDER_READY, details)

    # -- evaluation -----------------------------------------------------------

    def resolve_boolean_details(
        self,
        flag_key: str,
        default_value: bool,
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[bool]:
        """Resolve a boolean flag."""
        return self._resolve(flag_key, default_value, evaluation_context, "boolean")

    def resolve_string_details(
        self,
        flag_key: str,
        default_value: str,
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[str]:
        """Resolve a string flag."""
        return self._resolve(flag_key, default_value, evaluation_context, "string")

    def resolve_integer_details(
        self,
        flag_key: str,
        default_value: int,
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[int]:
        """Resolve an integer flag, or a double one that serves a whole number."""
        return self._resolve(flag_key, default_value, evaluation_context, "integer")

    def resolve_float_details(
        self,
        flag_key: str,
        default_value: float,
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[float]:
        """Resolve a double or an integer flag."""
        return self._resolve(flag_key, default_value, evaluation_context, "double")

    def resolve_object_details(
        self,
        flag_key: str,
        default_value: Any,
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[Any]:
        """Resolve a json flag."""
        return self._resolve(flag_key, default_value, evaluation_context, "json")

    def _resolve(
        self, key: str, default: T, context: EvaluationContext | None, kind: str
    ) -> FlagResolutionDetails[T]:
        made, value = self.client.resolve(key, kind, _attributes(context))
        failure = _FAILURES.get(made.reason)
        if failure is not None:
            code, message = failure
            return FlagResolutionDetails(
                default,
                error_code=code,
                error_message=message.format(key=key, kind=kind),
                reason=Reason.ERROR,
            )
        metadata: dict[str, bool | int | float | str] = {"reason": made.reason}
        revision = self.client.revision
        if revision is not None:
            metadata["revision"] = revision
        if made.rule is not None:
            metadata["rule"] = made.rule[1]
        if made.experiment is not None:
            name, arm, phase = made.experiment
            metadata.update({"experiment": name, "arm": arm or "", "phase": phase})
        return FlagResolutionDetails(
            value if made.served else default,
            reason=self._reason(key, made),
            variant=made.variation or "",
            flag_metadata=metadata,
        )

    def _reason(self, key: str, made: Outcome) -> Reason:
        if made.reason == native.OVERRIDE:
            return Reason.STATIC
        if not made.served or made.reason == native.OFF:
            return Reason.DISABLED
        if made.split is not None:
            return Reason.SPLIT
        if made.reason in _TARGETED:
            return Reason.TARGETING_MATCH
        if made.reason == native.DEFAULT and self.client.plain(key):
            return Reason.STATIC
        return Reason.DEFAULT

    # -- tracking -------------------------------------------------------------

    def track(
        self,
        tracking_event_name: str,
        evaluation_context: EvaluationContext | None = None,
        tracking_event_details: TrackingEventDetails | None = None,
    ) -> None:
        """Hand a tracking event on to who was given for it."""
        if self._track is not None:
            self._track(tracking_event_name, evaluation_context, tracking_event_details)


def _change(fetched: Fetched) -> ProviderEventDetails:
    return ProviderEventDetails(
        flags_changed=None if fetched.changed is None else list(fetched.changed),
        message=f"revision {fetched.revision}",
        metadata={"revision": fetched.revision or 0, "source": fetched.source},
    )


def _attributes(context: EvaluationContext | None) -> Mapping[str, Any] | None:
    if context is None:
        return None
    attributes = {key: _plain(value) for key, value in context.attributes.items()}
    if context.targeting_key is not None:
        attributes["targetingKey"] = context.targeting_key
    return attributes


def _plain(value: Any) -> Any:
    """The value with times in the form in which rules compare them."""
    if isinstance(value, datetime):
        aware = value if value.tzinfo is not None else value.replace(tzinfo=timezone.utc)
        return aware.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return value
