"""The client: evaluates locally, and keeps up with the server in the background."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from burgee import _context, _overrides, _process, _settings, _values
from burgee._backoff import Pace
from burgee._cache import Cache, Keeper, first_of, read_bundle
from burgee._context import ContextLike
from burgee._detail import detail_of
from burgee._dispatch import Dispatcher
from burgee._engine import Context, Outcome, Snapshot
from burgee._engine.outcome import OUTCOME_NOT_READY, OUTCOME_TYPE_MISMATCH, OVERRIDE
from burgee._fetch import Fetcher
from burgee._flags import Flag, check_key, flags_in, is_key
from burgee._journal import Journal
from burgee._log import log, warn_once
from burgee._outbox import News, Outbox
from burgee._replica import Replica
from burgee._results import Detail, Fetched, Impression, Status
from burgee._sender import Declarations, Sender
from burgee._settings import Bundle, CacheFolder, Settings
from burgee._state import State
from burgee._transport import AnswerError, Transport
from burgee._updater import Updater

if TYPE_CHECKING:
    from typing_extensions import Self

T = TypeVar("T")

FRESH = 1.0
"""Seconds that set-up gives the server where a stored configuration is served already."""
_MINUTE = 60_000
_NO_CONTEXT = Context.of({})


class Client:
    """A connection to one environment. The functions of the package are one of these."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._settings: Settings | None = None
        self._instance = _settings.new_instance()
        self._base: Mapping[str, Any] = {}
        self._base_context = _NO_CONTEXT
        self._state = State()
        self._outbox = Outbox()
        self._flags: dict[str, Flag[Any]] = {}
        self._fetched_handler: Callable[[Fetched], object] | None = None
        self._impression_handler: Callable[[Impression], object] | None = None
        self._status_handler: Callable[[Status], object] | None = None
        self._was_connected: bool | None = None
        self._journal: Journal | None = None
        self._transport: Transport | None = None
        self._updater: Updater | None = None
        self._sender: Sender | None = None
        self._dispatcher: Dispatcher[Fetched] | None = None
        self._status_dispatcher: Dispatcher[Status] | None = None
        self._cache: Cache | None = None
        self._keeper: Keeper | None = None
        self._fetcher = Fetcher()
        self._epoch: int | None = None

    # -- set-up ---------------------------------------------------------------

    def setup(
        self,
        key: str | None = None,
        *,
        url: str | None = None,
        application: str | None = None,
        version: str | None = None,
        timeout: float = 2.0,
        streaming: bool = True,
        fetch_interval: float = 30,
        configuration_fetched_handler: Callable[[Fetched], object] | None = None,
        impression_handler: Callable[[Impression], object] | None = None,
        status_handler: Callable[[Status], object] | None = None,
        context: Mapping[str, Any] | str | None = None,
        cache_dir: CacheFolder = None,
        bundle: Bundle = None,
        verify_keys: Sequence[str] | None = None,
    ) -> Client:
        """Connect, and wait at most ``timeout`` seconds for the first configuration.

        A configuration that an earlier run stored on disk, or that came with the program
        as a bundle, is served at once as stale. Then the server gets a second to answer
        with what is newer, and no time with ``timeout=0`` or where it cannot be reached.
        The status handler is called when the server was reached and when it was lost.
        Raises TypeError or ValueError for a malformed argument and for nothing else:
        without a server the flags serve their code defaults.
        """
        self.begin(
            key,
            url=url,
            application=application,
            version=version,
            timeout=timeout,
            streaming=streaming,
            fetch_interval=fetch_interval,
            configuration_fetched_handler=configuration_fetched_handler,
            impression_handler=impression_handler,
            status_handler=status_handler,
            context=context,
            cache_dir=cache_dir,
            bundle=bundle,
            verify_keys=verify_keys,
        )
        self.wait(timeout)
        return self

    def begin(
        self,
        key: str | None = None,
        *,
        url: str | None = None,
        application: str | None = None,
        version: str | None = None,
        timeout: float = 2.0,
        streaming: bool = True,
        fetch_interval: float = 30,
        configuration_fetched_handler: Callable[[Fetched], object] | None = None,
        impression_handler: Callable[[Impression], object] | None = None,
        status_handler: Callable[[Status], object] | None = None,
        context: Mapping[str, Any] | str | None = None,
        cache_dir: CacheFolder = None,
        bundle: Bundle = None,
        verify_keys: Sequence[str] | None = None,
    ) -> None:
        """Connect like setup, without waiting."""
        _settings.seconds("timeout", timeout)
        for name, handler in (
            ("configuration_fetched_handler", configuration_fetched_handler),
            ("impression_handler", impression_handler),
            ("status_handler", status_handler),
        ):
            if handler is not None and not callable(handler):
                raise TypeError(f"{name} must be callable, not {type(handler).__name__}")
        settings = _settings.resolve(
            key=key,
            url=url,
            application=application,
            version=version,
            streaming=streaming,
            fetch_interval=fetch_interval,
            context=context,
            cache_dir=cache_dir,
            bundle=bundle,
            verify_keys=verify_keys,
        )
        with self._lock:
            if self._updater is not None:
                log.warning("setup was called again; the connection before is closed")
            self.shutdown()
            _overrides.watch(id(self))
            _process.watch(self)
            self._settings = settings
            self._fetched_handler = configuration_fetched_handler
            self._impression_handler = impression_handler
            self._status_handler = status_handler
            self._was_connected = None
            self._journal = Journal(settings, timeout)
            self._state = State(self._turned, Replica(settings.trust))
            self._cache = None
            if settings.cache is not None and settings.offline is None:
                self._cache = Cache(settings.cache, settings.key, settings.trust)
            self._bind_context(settings)
            self._start_handler()
            self._begin_with_files(settings)
            if settings.offline is not None:
                self._stay_offline(settings.offline)
                return
            _process.warn_without_threads()
            self._start(self._declarations())

    def _stay_offline(self, why: str) -> None:
        if self._state.snapshot is not None:
            why = why.replace(_settings.CODE_DEFAULTS, f"the {self._state.source} is served")
        log.warning("%s", why)
        self._state.last_error = why
        self._state.settled.set()
        self._state.answered.set()

    def _begin_with_files(self, settings: Settings) -> None:
        """Serve at once what a stored configuration or a bundle holds, the newer of both."""
        stored = None if self._cache is None else self._cache.read()
        bundled = None
        if settings.bundle is not None:
            bundled = read_bundle(settings.bundle, settings.trust)
        first = first_of(stored, bundled)
        if first is None:
            return
        fetched = self._state.begin_with(*first)
        if self._journal is not None:
            self._journal.began(self._state)
        self._announce(fetched)
        self._state.settled.set()

    def wait(self, timeout: float) -> bool:
        """Wait for the first configuration; False says there is none, and the log why.

        Where a file is served, the server gets a moment to answer with what is newer, so
        that a program that runs once does not go by what the run before has stored.
        """
        deadline = time.monotonic() + timeout
        self._state.settled.wait(timeout)
        ready = self._state.snapshot is not None
        if ready:
            self._state.answered.wait(min(max(deadline - time.monotonic(), 0.0), FRESH))
        elif self._journal is not None and self._updater is not None:
            self._journal.waiting(self._state.last_error)
        return ready

    def _bind_context(self, settings: Settings) -> None:
        service = {
            "name": settings.application,
            "version": settings.version or None,
            "instance": self._instance,
        }
        self._base = {"service": service, **settings.context}
        self._base_context = Context.of(_context.attributes(self._base))

    def _start(self, declarations: Declarations) -> None:
        settings, instance = self._settings, self._instance
        if settings is None:
            return
        transport = Transport(settings.url, settings.key, settings.identity(instance))
        pace = Pace(streaming=settings.streaming, interval=settings.fetch_interval)
        self._transport = transport
        self._updater = Updater(transport, self._state, pace, self._announce, self._refused)
        self._sender = Sender(
            transport, self._outbox, lambda: settings.as_application(instance), self._news
        )
        if declarations:
            self._sender.declare(declarations)
        self._start_keeper()
        self._updater.start()
        self._sender.start()

    def _start_handler(self) -> None:
        if self._fetched_handler is not None:
            self._dispatcher = Dispatcher("configuration_fetched_handler", self._fetched_handler)
            self._dispatcher.start()
        if self._status_handler is not None:
            self._status_dispatcher = Dispatcher("status_handler", self._status_handler)
            self._status_dispatcher.start()

    def _start_keeper(self) -> None:
        if self._cache is None:
            return
        state = self._state
        stored = state.id if state.source == "disk" else None
        self._keeper = Keeper(self._cache, lambda: state.replica, stored)
        self._keeper.start()
        if state.source == "bundle":
            self._keeper.offer()

    def _news(self) -> News:
        # A name that no flag can have would cost the server's taking of the whole batch.
        overrides = tuple(key for key in _overrides.emergency() if is_key(key))
        return News(self._state.applied, overrides)

    def after_fork(self) -> None:
        """Begin anew in a forked child; what the parent counted, the parent sends."""
        updater, sender = self._updater, self._sender
        if updater is None or sender is None or self._settings is None:
            return
        self._lock = threading.RLock()
        self._fetcher = Fetcher()
        self._outbox = Outbox()
        self._instance = _settings.new_instance()
        self._state.after_fork()
        self._journal = Journal(self._settings, 0.0)
        updater.abandon()
        self._bind_context(self._settings)
        self._start_handler()
        self._start(sender.undeclared())

    def shutdown(self, timeout: float = 1.0) -> None:
        """Send what is left, for at most ``timeout`` seconds, and stop listening.

        Flags go on serving their last values.
        """
        with self._lock:
            updater, sender = self._updater, self._sender
            dispatchers = (self._dispatcher, self._status_dispatcher)
            keeper, self._keeper = self._keeper, None
            self._updater = self._sender = self._transport = None
            self._dispatcher = self._status_dispatcher = None
            _process.forget(self)
        _overrides.let_go(id(self))
        deadline = time.monotonic() + max(timeout, 0.0)
        if updater is not None:
            updater.stop()
        if keeper is not None:
            keeper.stop(max(timeout, 0.0) / 2)  # a disk that hangs must not cost the counts
        if sender is not None:
            sender.stop(max(deadline - time.monotonic(), 0.0))
        if updater is not None:
            updater.join(max(deadline - time.monotonic(), 0.0))
            self._state.connected = False
        for dispatcher in dispatchers:
            if dispatcher is not None:
                dispatcher.stop(max(deadline - time.monotonic(), 0.0))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.shutdown()

    # -- flags ----------------------------------------------------------------

    def register(self, namespace: str, container: object) -> None:
        """Take the flags of an instance, class or module under a namespace.

        Each appears in the dashboard as ``namespace.attribute``. Works before and
        after setup, and never waits for the server.
        """
        if not isinstance(namespace, str):
            raise TypeError(
                f"namespace must be text, not {type(namespace).__name__}: "
                'burgee.register("Flags", container)'
            )
        keyed = [
            (flag.key_in(namespace, name), name, flag) for name, flag in flags_in(container).items()
        ]
        for key, _, _ in keyed:
            check_key(key)
        with self._lock:
            for key, name, flag in keyed:
                self._check_twin(key, flag)
                flag.bind(self, key, name)
                self._flags[key] = flag
            if self._sender is not None:
                self._sender.declare({key: flag.declaration() for key, _, flag in keyed})

    def _check_twin(self, key: str, flag: Flag[Any]) -> None:
        other = self._flags.get(key)
        if other is None or other is flag:
            return
        if (other.type, other.default) != (flag.type, flag.default):
            log.warning(
                "%s is declared twice: as %s with default %r and as %s with default %r",
                key,
                other.type,
                other.default,
                flag.type,
                flag.default,
            )

    def _declarations(self) -> Declarations:
        return {key: flag.declaration() for key, flag in self._flags.items()}

    def get(self, key: str, default: Any = None, context: ContextLike | None = None) -> Any:
        """The value of a flag without a container; never raises.

        The type is the default's; with None it is whatever the flag has.
        """
        return self.value(key, default, _values.type_of(default), context)

    def value(
        self, key: str | None, default: T, kind: str | None, context: ContextLike | None
    ) -> T:
        """Evaluate; what cannot be evaluated is the default."""
        try:
            now = time.time_ns() // 1_000_000
            outcome = self._decide(key, context, now)
            value = self._serve(key, outcome, default, kind)
            mismatch = value is _values.MISMATCH
            self._record(key, outcome, default if mismatch else value, now, mismatch=mismatch)
        except Exception:
            warn_once(f"fault {key}", "%r could not be evaluated", key)
            log.debug("evaluating %r", key, exc_info=True)
            return default
        return default if mismatch else value

    def detail(
        self, key: str | None, default: Any, kind: str | None, context: ContextLike | None
    ) -> Detail:
        """Evaluate, with everything that explains the value."""
        try:
            now = time.time_ns() // 1_000_000
            outcome = self._decide(key, context, now)
            value = self._serve(key, outcome, default, kind)
            mismatch = value is _values.MISMATCH
            value = default if mismatch else value
            self._record(key, outcome, value, now, mismatch=mismatch)
            bound, snapshot = self._bound(context), self._pinned()
            found = detail_of(
                str(key or ""), outcome, value, snapshot, bound, now, mismatch=mismatch
            )
            return self._aged(found)
        except Exception as error:
            log.debug("evaluating %r", key, exc_info=True)
            problem = {"code": "MALFORMED", "message": repr(error)}
            return Detail(str(key or ""), default, None, "ERROR", error=problem)

    def resolve(self, key: str, kind: str, context: ContextLike | None) -> tuple[Outcome, Any]:
        """For adapters of other APIs: what decided, and the value in the type wanted.

        The value counts where the outcome serves one or is an override.
        """
        now = time.time_ns() // 1_000_000
        outcome = self._decide(key, context, now)
        value = self._serve(key, outcome, None, kind)
        mismatch = value is _values.MISMATCH
        self._record(key, outcome, None if mismatch else value, now, mismatch=mismatch)
        return (OUTCOME_TYPE_MISMATCH, None) if mismatch else (outcome, value)

    @property
    def offline(self) -> bool:
        """Whether there will be no connection, for want of a key that could work."""
        return self._settings is None or self._settings.offline is not None

    @property
    def revision(self) -> int | None:
        """The revision that is evaluated now, None without a configuration."""
        snapshot = self._pinned()
        return None if snapshot is None else snapshot.header.revision

    def forget(self) -> None:
        """After shutdown: serve the defaults in the code, as before setup."""
        self._state = State()

    def plain(self, key: str) -> bool:
        """Whether nothing but its default can decide a flag."""
        snapshot = self._pinned()
        return snapshot is not None and snapshot.plain(key)

    def _aged(self, detail: Detail) -> Detail:
        if detail.revision is None:
            return detail
        age = self._state.age
        return detail.aged(
            stale=not self._state.connected, age_ms=None if age is None else int(age * 1000)
        )

    def _decide(self, key: str | None, context: ContextLike | None, now: int) -> Outcome:
        if key is None:
            warn_once(
                "unregistered",
                "a Flag without a key was asked before burgee.register; it serves its default",
            )
            return OUTCOME_NOT_READY
        overrides = _overrides.active
        if overrides and key in overrides:
            return Outcome(OVERRIDE, True, None, overrides[key])
        snapshot = self._pinned()
        if snapshot is None:
            return OUTCOME_NOT_READY
        return snapshot.evaluate(key, self._bound(context), now)

    def _pinned(self) -> Snapshot | None:
        held = _context.pins.get()
        if held is not None and id(self) in held:
            return held[id(self)]
        return self._state.snapshot

    def _bound(self, given: ContextLike | None) -> Context:
        layer = _context.current.get()
        if given is None:
            return self._base_context if layer is None else layer.bind(self._base)
        outer = {} if layer is None else layer.attrs()
        return Context.of({**self._base, **outer, **_context.attributes(given)})

    def _serve(self, key: str | None, outcome: Outcome, default: Any, kind: str | None) -> Any:
        if not outcome.served:
            return _values.copy(default) if kind == "json" else default
        value = _values.coerce(outcome.value, kind)
        if value is _values.MISMATCH:
            warn_once(
                f"type {key}",
                "%s serves a value of the type %s where the program wants %s; the code default is "
                "used. Give the program's flag another key, or its declaration the other type",
                key,
                _values.type_of(outcome.value) or "null",
                kind,
            )
        return value

    def _record(
        self, key: str | None, outcome: Outcome, value: Any, now: int, *, mismatch: bool
    ) -> None:
        reason = "TYPE_MISMATCH" if mismatch else outcome.reason
        variation = None if mismatch else outcome.variation
        experiment, arm = outcome.experiment[:2] if outcome.experiment else (None, None)
        if key is not None and self._updater is not None:
            minute = now - now % _MINUTE
            self._outbox.count((key, variation, reason, experiment, arm, minute))
        handler = self._impression_handler
        if handler is None:
            return
        try:
            handler(Impression(key or "", value, variation, reason, experiment, arm))
        except Exception:
            warn_once(
                "impression_handler", "the impression_handler failed; it goes on being called"
            )
            log.debug("impression_handler", exc_info=True)

    def pinned(self) -> _context.pinned_snapshot:
        """One snapshot for a block: ``with client.pinned():`` no flag changes inside."""
        return _context.pinned_snapshot(id(self), self._pinned())

    # -- state ----------------------------------------------------------------

    def fetch(self, timeout: float = 2.0) -> Fetched:
        """Ask the server now; never raises, and calls at the same time share one request."""
        transport, settings = self._transport, self._settings
        if transport is None:
            why = "burgee.setup() has not been called"
            if settings is not None:
                why = settings.offline or "burgee was shut down"
            return self._told(Fetched(False, "fetch", self._state.revision, why))
        return self._fetcher.fetch(transport, self._state, timeout, self._announce, self._refused)

    def status(self) -> Status:
        """The state of the client at this moment."""
        state, settings, snapshot = self._state, self._settings, self._state.snapshot
        header = None if snapshot is None else snapshot.header
        heard = state.heard_at
        connected = state.connected  # once, as it may change while the rest is read
        return Status(
            connected=connected,
            stale=snapshot is not None and not connected,
            revision=None if header is None else header.revision,
            age=state.age,
            application="" if settings is None else settings.application,
            last_error=None if connected else state.last_error,
            url="" if settings is None else settings.url,
            project="" if header is None else header.project,
            environment="" if header is None else header.environment,
            flags=0 if snapshot is None else len(snapshot),
            source=state.source,
            id=None if header is None else header.id,
            epoch=None if header is None else header.epoch,
            last_heard=None if heard is None else time.monotonic() - heard,
            cache_ignored=0 if self._cache is None else self._cache.ignored,
            resyncs=state.resyncs,
            dropped=self._outbox.dropped,
            overrides=_overrides.emergency(),
        )

    def _turned(self, connected: bool, error: str | None) -> None:
        if self._journal is not None:
            self._journal.turned(self._state, connected=connected, error=error)
        dispatcher = self._status_dispatcher
        if dispatcher is not None and connected != self._was_connected:
            self._was_connected = connected
            dispatcher.put(self.status())

    def _refused(self, error: AnswerError) -> None:
        if self._journal is not None:
            self._journal.refused(error, self._state)

    def _announce(self, fetched: Fetched) -> None:
        snapshot, sender = self._state.snapshot, self._sender
        if snapshot is not None and snapshot.header.epoch != self._epoch:
            # Another store than before may not know the flags.
            if self._epoch is not None and sender is not None:
                sender.declare(self._declarations())
            self._epoch = snapshot.header.epoch
        if self._keeper is not None:
            self._keeper.offer()
        self._told(fetched)

    def _told(self, fetched: Fetched) -> Fetched:
        dispatcher = self._dispatcher
        if dispatcher is not None:
            dispatcher.put(fetched)
        return fetched


default_client = Client()
