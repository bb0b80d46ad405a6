"""S6: a boolean through the OpenFeature SDK, with the context built in every call."""

from __future__ import annotations

from collections.abc import Callable

from openfeature import api
from openfeature.evaluation_context import EvaluationContext
from openfeature.flag_evaluation import FlagResolutionDetails
from openfeature.provider import AbstractProvider, Metadata

from peers import scenario


class ThinProvider(AbstractProvider):
    """The least that the SDK takes: what S6 costs beyond the function is the SDK's own."""

    def __init__(self, name: str, serve: Callable[[str, EvaluationContext], bool]) -> None:
        super().__init__()
        self._name, self._serve = name, serve

    def get_metadata(self):
        return Metadata(name=self._name)

    def resolve_boolean_details(self, flag_key, default_value, evaluation_context=None):
        return FlagResolutionDetails(value=self._serve(flag_key, evaluation_context))

    def _other(self, flag_key, default_value, evaluation_context=None):
        return FlagResolutionDetails(value=default_value)

    resolve_string_details = resolve_integer_details = resolve_float_details = resolve_object_details = _other


def through_openfeature(name: str, serve: Callable[[str, EvaluationContext], bool]) -> scenario.Step:
    api.set_provider(ThinProvider(name, serve), name)
    client = api.get_client(name)

    def step(i: int) -> bool:
        context = EvaluationContext(scenario.KEY, dict(scenario.ATTRIBUTES))
        return client.get_boolean_value(scenario.RULES, False, context)

    return step
