"""``fundflow explain``: the claims behind a figure, printed or written to a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fundflow.experiment.experiment_errors import Refused

if TYPE_CHECKING:
    from fundflow.experiment.explain import Explanation
    from fundflow.results import Run

_MOST = 10


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--measure", type=click.Choice(["entitlement", "award", "cash"]), default="entitlement", show_default=True
)
@click.option("--year", type=int, help="Fiscal year of the award; for cash the calendar year of the payment.")
@click.option("--district", help="A district by its Chinese name.")
@click.option("--instrument", help="An instrument of the run.")
@click.option("--bearer", help="city, district or province.")
@click.option("--status", help="in_force, run_off, assumed_renewed, not_covered or lapsed.")
@click.option("--claimant", type=int, help="Show every claim of one claimant instead of the largest.")
@click.option("--replication", type=int, default=0, show_default=True, help="Another one is simulated again.")
@click.option("--top", type=click.IntRange(min=0), default=_MOST, show_default=True, help="How many claims to show.")
@click.option("--json", "as_json", is_flag=True, help="All claims in JSON.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write all claims to a .csv file.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def explain(
    run: Path,
    measure: str,
    year: int | None,
    district: str | None,
    instrument: str | None,
    bearer: str | None,
    status: str | None,
    claimant: int | None,
    replication: int,
    top: int,
    as_json: bool,
    out: Path | None,
    lang: str,
) -> None:
    """Show the claims behind a figure of RUN: who, which event, which clause, each stage, who bears what.

    The claims add up to the figure to the fen.
    """
    from fundflow.experiment.explain import CannotExplain, Question
    from fundflow.experiment.explain import explain as ask
    from fundflow.results import NoRun, open_run

    home = Path("results") / run
    try:
        opened = open_run(home if not run.exists() and home.exists() else run)
        question = Question(measure, year, district, instrument, bearer, status, replication)
        found = ask(opened, question)
    except (NoRun, CannotExplain) as fault:
        raise Refused(str(fault)) from fault
    claims = found.claims if claimant is None else found.claims.filter(claimant=claimant)
    if claimant is not None and claims.is_empty():
        raise Refused(f"--claimant {claimant}: has no claim in this figure")
    if out is not None:
        if out.suffix != ".csv":
            raise Refused(f"--out {out}: must end in .csv")
        _flat(claims).write_csv(out)
    if as_json:
        click.echo(json.dumps(_as_json(found, claims), ensure_ascii=False, indent=1, default=str))
        return
    for line in _told(opened, found, claims, top if claimant is None else claims.height, lang):
        click.echo(line)
    if out is not None:
        click.echo(f"{claims.height:,} → {out}")


_WORDS = {
    "entitlement": {"zh": "应兑付", "en": "entitlement"},
    "award": {"zh": "安排", "en": "award"},
    "cash": {"zh": "支出", "en": "cash"},
    "figure": {
        "zh": "{what}（{where}），第 {r} 次模拟：{figure} 元；{n} 次模拟均值 {mean} 元",
        "en": "{what} ({where}), replication {r}: {figure} yuan; mean of {n} replications {mean} yuan",
    },
    "sum": {"zh": "{claims} 件申领合计 {sum} 元，与数字{equal}", "en": "{claims} claims add up to {sum} yuan: {equal}"},
    "equal": {"zh": "相等", "en": "equal to the figure"},
    "unequal": {"zh": "相差 {fen} 元", "en": "{fen} yuan apart"},
    "earlier": {
        "zh": "另有 {sum} 元付于首日之前作出的安排，本次运行无其申领记录",
        "en": "and {sum} yuan on awards made before the first day, which have no claim in this run",
    },
    "by": {"zh": "按项目：", "en": "By instrument:"},
    "largest": {"zh": "最大的 {n} 件：", "en": "The {n} largest:"},
    "all": {"zh": "全部", "en": "everything"},
    "event": {"zh": "事由日 {event}，决定日 {award}", "en": "event {event}, decided {award}"},
}


def _told(opened: Run, found: Explanation, claims: Any, top: int, lang: str) -> list[str]:
    import polars as pl

    def say(key: str, **values: Any) -> str:
        return _WORDS[key][lang].format(**values)

    asked = found.question
    words = [asked.year, asked.district, asked.instrument, asked.bearer, asked.status]
    where = ", ".join(str(one) for one in words if one is not None) or say("all")
    gap = found.figure - found.explained - found.earlier
    lines = [
        say(
            "figure", what=say(asked.measure), where=where, r=asked.replication, figure=_yuan(found.figure),
            n=len(opened.replications), mean=_yuan(round(found.mean)),
        ),
        say(
            "sum", claims=f"{found.claims.height:,}", sum=_yuan(found.explained + found.earlier),
            equal=say("equal") if gap == 0 else say("unequal", fen=_yuan(gap)),
        ),
    ]  # fmt: skip
    if found.earlier:
        lines.append(say("earlier", sum=_yuan(found.earlier)))
    meta = opened.meta.get("instruments") or {}
    summed = claims.group_by("instrument").agg(pl.col("fen").sum(), pl.len().alias("claims"))
    lines.append(say("by"))
    for name, fen, number in summed.sort("fen", descending=True).iter_rows():
        one = meta.get(name, {})
        lines.append(f"  {_yuan(fen):>18}  {number:>6,}  {one.get(lang, name)}  {_clause(one)}  [{name}]")
    if top:
        lines.append(say("largest", n=min(top, claims.height)))
    for claim in claims.head(top).iter_rows(named=True):
        one = meta.get(claim["instrument"], {})
        lines.append(
            f"  {_kind(claim['claimant'], lang)} {claim['claimant']}  {claim['district']}  {_yuan(claim['fen'])}"
        )
        lines.append(f"    {one.get(lang, claim['instrument'])}  {_clause(one)}  {claim['status']}")
        days = say("event", event=claim["event_day"], award=claim["award_day"])
        lines.append(f"    {one.get('trigger', '')}  {days}")
        steps = []
        for stage in claim["stages"]:
            why = f" ({stage['reason']})" if stage["reason"] not in ("none", "") else ""
            steps.append(f"{stage['stage']} {_yuan(stage['amount'])}{why}")
        lines.append("    " + " → ".join(steps))
        shares = {"city": claim["city"], "district": claim["district_fen"], "province": claim["province"]}
        lines.append("    " + ", ".join(f"{who} {_yuan(fen)}" for who, fen in shares.items() if fen))
    return lines


def _clause(meta: Any) -> str:
    return f"{meta.get('document', '')} {meta.get('clause', '')}".strip()


def _kind(claimant: int, lang: str) -> str:
    from fundflow.base.draws import Kind, unpack_id

    names = {
        Kind.FIRM: ("企业", "firm"), Kind.INCUBATOR: ("孵化器", "incubator"),
        Kind.MAKERSPACE: ("众创空间", "makerspace"), Kind.PROJECT: ("项目", "project"),
        Kind.CONTRACT: ("合同", "contract"), Kind.UNIT: ("单位", "unit"),
        Kind.ZONE: ("区县", "district"),
    }  # fmt: skip
    number = int(unpack_id(claimant)[0])
    zh, en = names.get(Kind(number), ("", "")) if number in set(Kind) else ("", "")
    return zh if lang == "zh" else en


def _yuan(fen: int) -> str:
    whole, rest = divmod(abs(int(fen)), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{rest:02d}"


def _flat(claims: Any) -> Any:
    """Stages as one text a claim, amounts as whole fen."""
    import polars as pl

    told = [
        " > ".join(f"{stage['stage']} {stage['amount']} {stage['reason']}" for stage in stages)
        for stages in claims["stages"]
    ]
    return claims.drop("stages", "payments", strict=False).with_columns(pl.Series("stages", told, dtype=pl.String))


def _as_json(found: Explanation, claims: Any) -> dict[str, Any]:
    return {
        "question": found.question.__dict__,
        "figure_fen": found.figure,
        "explained_fen": found.explained,
        "earlier_fen": found.earlier,
        "mean_fen": found.mean,
        "claims": claims.to_dicts(),
    }
