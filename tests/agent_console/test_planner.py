"""The planner: how many agents it takes, for supervisors."""

from routing.core.forecast import Load, forecast
from tests.agent_console.house import House


async def test_the_least_number_and_what_is_around_it(house: House) -> None:
    """As the formulas say; a queue that grows without end has no mean wait."""
    async with house.browser("sue") as sue:
        asked = {"per_hour": 120, "handling_s": 240, "within_s": 20, "service_level": 0.8}
        plan = (await sue.get("/api/v1/forecast", params=asked)).json()
        assert plan["erlangs"] == 8
        load = Load(per_hour=120, handling_s=240)
        levels = {row["agents"]: row["service_level"] for row in plan["rows"]}
        assert levels == {agents: forecast(load, agents, 20).service_level for agents in levels}
        assert levels[plan["least"]] >= 0.8 > levels[plan["least"] - 1]
        assert {row["asa_s"] for row in plan["rows"] if row["agents"] <= 8} == {None}
        patient = (await sue.get("/api/v1/forecast", params=asked | {"patience_s": 60})).json()
        assert patient["least"] <= plan["least"]
        assert all(row["asa_s"] is not None for row in patient["rows"])


async def test_figures_beyond_reason_are_refused(house: House) -> None:
    async with house.browser("sue") as sue:
        for wrong in ({"per_hour": -1}, {"handling_s": 0}, {"service_level": 1}, {"per_hour": "nan"}):
            asked = {"per_hour": 120, "handling_s": 240} | wrong
            assert (await sue.get("/api/v1/forecast", params=asked)).status_code == 422
        much = await sue.get("/api/v1/forecast", params={"per_hour": 1_000_000, "handling_s": 3600})
        assert (much.status_code, much.json()["code"]) == (422, "forecast.too_much")


async def test_a_plan_begins_with_what_was_seen(house: House) -> None:
    async with house.browser("sue") as sue:
        (queue,) = (await sue.get("/api/v1/forecast/queues")).json()["items"]
        assert (queue["queue_id"], queue["handling_s"], queue["patience_s"]) == (house.seed.queue, 240, None)
