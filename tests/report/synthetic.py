# ruff: noqa: E501
"""A run folder with made-up figures of realistic size, written by the real writer and read by the real reader."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from fundflow.base.districts import DISTRICTS
from fundflow.results import Run, RunWriter, write_replication

YUAN = 100
WAN = 10_000 * YUAN

# id, zh, en, document, clause, claims a year, mean amount in yuan, city share in quarters, expiry year, extras
INSTRUMENTS: list[tuple[str, str, str, str, str, int, int, int, int, dict[str, Any]]] = [
    ("rnd-increase-subsidy-above-scale-sme", "规上限上科技型中小微企业研发投入补助", "R&D increase subsidy, above-scale S&T SME", "杭科资〔2020〕72号", "第八条（一）", 200, 900_000, 2, 2022, {"ceiling": True, "quota": 0.9, "cap": 0.4}),
    ("rnd-increase-subsidy-below-scale-sme", "规下限下科技型中小微企业研发投入补助", "R&D increase subsidy, below-scale S&T SME", "杭科资〔2020〕72号", "第八条（二）", 400, 380_000, 2, 2022, {"ceiling": True, "quota": 0.6, "cap": 0.7}),
    ("rnd-increase-subsidy-manufacturing-high-tech", "先进制造与自动化领域高企研发投入补助", "R&D increase subsidy, advanced-manufacturing high-tech firm above SME size", "杭科资〔2020〕72号", "第八条（三）", 90, 1_400_000, 2, 2022, {"ceiling": True}),
    ("incubator-provincial-award", "省级孵化器奖励", "One-off award to a new provincial incubator", "杭科高〔2020〕74号", "第十二条（三）", 8, 500_000, 2, 2025, {}),
    ("incubator-national-award", "国家级孵化器奖励", "Further award on upgrade to national incubator", "杭科高〔2020〕74号", "第十二条（三）", 4, 500_000, 2, 2025, {}),
    ("incubator-specialised-construction-grant", "市级专业化孵化器建设资助", "One-off grant to a new city specialised incubator", "杭科高〔2020〕74号", "第十二条（二）", 5, 1_000_000, 2, 2025, {"ceiling": True}),
    ("incubator-high-tech-cultivation", "孵化器培育高企资助", "Incubator: up to 150,000 per tenant or recent graduate recognised as high-tech", "杭科高〔2020〕74号", "第十二条（四）", 110, 150_000, 2, 2025, {"ceiling": True}),
    ("makerspace-operating-subsidy", "众创空间运行补贴", "Makerspace operating subsidy", "杭科高〔2021〕103号", "第十四条", 60, 200_000, 2, 2026, {}),
    ("eaglet-recognition-grant", "雏鹰企业创业无偿资助", "Eaglet firm: one-off start-up grant", "杭科高〔2020〕71号", "二（一）1", 450, 200_000, 2, 2099, {}),
    ("eaglet-loan-interest-subsidy", "雏鹰企业贷款贴息", "Eaglet firm: loan interest subsidy", "杭科高〔2020〕71号", "二（一）2", 600, 45_000, 2, 2099, {"assumed": ["贷款余额分布"]}),
    ("key-rd-enterprise-post-subsidy", "市重点研发计划企业项目后补助", "City key R&D project led by a firm: post-subsidy", "杭科资〔2020〕70号", "第十五条", 75, 2_300_000, 4, 2024, {"ceiling": True}),
    ("key-rd-institution-demonstration", "市属单位重大技术产业化示范项目补助", "City institution: industrialisation or demonstration project", "杭科资〔2020〕70号", "第十六条", 4, 1_800_000, 4, 2024, {}),
    ("key-rd-institution-basic-research", "市属单位重大应用基础研发项目补助", "City institution: major applied-basic research project", "杭科资〔2020〕70号", "第十六条", 6, 800_000, 4, 2024, {}),
    ("key-rd-national-provincial-matching", "国家、省重点研发项目配套", "Matching for national and provincial key R&D projects", "杭科资〔2020〕70号", "第十七条", 40, 1_500_000, 2, 2024, {"assumed": ["配套比例"]}),
    ("key-rd-national-incentive", "承担国家重点研发计划激励补助", "Incentive for taking part in national key R&D programmes", "杭科资〔2020〕70号", "第十八条", 12, 900_000, 2, 2024, {}),
    ("transfer-fund-enterprise-project", "企业科技成果转化项目资助", "Subsidy for a firm taking up research results", "杭科合〔2020〕65号", "二", 55, 600_000, 4, 2025, {"ceiling": True}),
    ("transfer-fund-intermediary-award", "科技中介服务示范机构支持", "Award for model S&T intermediary", "杭科合〔2020〕65号", "三", 10, 300_000, 4, 2025, {"quota": 1.0}),
    ("transfer-fund-output-unit-reward", "科技成果转移单位奖励", "Reward for units that transfer results to Hangzhou firms", "杭科合〔2020〕65号", "五", 30, 350_000, 4, 2025, {}),
    ("activity-voucher-subsidy", "活动券补助", "Activity voucher: 50 yuan per valid attendance", "杭科高〔2020〕73号", "第八条", 200, 20_000, 4, 2025, {}),
    ("voucher-firm-redemption", "科技创新券兑付", "Innovation voucher of a firm", "杭科合〔2018〕8号", "第六条", 3_000, 30_000, 0, 2021, {"assumed": ["兑付比例"]}),
    ("talent-living", "毕业生生活补贴", "Living subsidy of graduates", "杭政办函〔2020〕11号", "二（一）3", 500, 20_000, 2, 2022, {"department": "市人力社保局"}),
    ("platform-equipment", "共性技术平台设备补助", "Equipment of generic-technology platforms", "杭科合〔2020〕61号", "第二十三条", 3, 5_000_000, 2, 2025, {"evidence": "C"}),
    ("voucher-city-refund-to-district", "企业券市级补助", "City refund to districts for redeemed enterprise vouchers", "杭科合〔2018〕8号", "第七条", 13, 2_500_000, 4, 2021, {"ceiling": True}),
]  # fmt: skip
WEIGHTS = np.array([9, 12, 14, 18, 11, 15, 5, 8, 3, 2.5, 1, 0.5, 1])


def instruments_meta() -> dict[str, dict[str, Any]]:
    return {
        row[0]: {
            "zh": row[1], "en": row[2], "document": row[3], "clause": row[4], "department": row[9].get("department", "市科技局、市财政局"),
            "evidence": row[9].get("evidence", "B"), "envelope": "city-st-development-fund", "assumed": row[9].get("assumed", []),
            "ceiling": row[9].get("ceiling", False), "rules": [row[0]],
        }
        for row in INSTRUMENTS
    }  # fmt: skip


def replication(number: int, scale: float = 1.0) -> dict[str, dict[str, Any]]:
    """The tables of one made-up replication."""
    chance = np.random.default_rng([7, number])
    level = np.exp(np.cumsum(chance.normal(0, 0.04, 15)) + chance.normal(0, 0.06)) * scale
    commitments, payments, settlements = [], [], []
    for name, _, _, _, _, claims, amount, quarters, expiry, extra in INSTRUMENTS:
        for i, year in enumerate(range(2021, 2036)):
            growth = level[i] * 1.03**i
            if extra.get("quota"):
                growth = min(growth, 1.0 + 0.02 * i)
            status = "in_force" if year < expiry else "run_off" if year == expiry else "assumed_renewed"
            parts = chance.multinomial(max(int(claims * growth), 1), WEIGHTS / WEIGHTS.sum())
            for district, count in zip(DISTRICTS[:13], parts, strict=True):
                if not count:
                    continue
                total = int(count * amount * chance.uniform(0.9, 1.1)) * YUAN + int(chance.integers(0, 100))
                city = total * quarters // 4
                cut = total // 20 if name.startswith("rnd") and year == 2027 else 0
                city_cut = cut * quarters // 4
                commitments.append({
                    "year": year, "instrument": name, "district": district, "status": status, "claims": int(count * 1.4),
                    "eligible": int(count * 1.2), "recipients": int(count), "base": total * 6, "amount": total * 2,
                    "earlier_city": 0, "earlier_district": 0, "earlier_province": 0, "entitlement_city": city, "entitlement_district": total - city,
                    "entitlement_province": 0, "award_city": city - city_cut,
                    "award_district": total - city - (cut - city_cut), "award_province": 0, "deferred": 0, "refused": 0,
                    "cut_cap": int(total * extra.get("cap", 0.02)),
                    "cut_quota": int(total * extra["quota"]) if extra.get("quota") and chance.random() < 0.95 else 0,
                    "cut_envelope": cut,
                })  # fmt: skip
                month = int(chance.integers(5, 15))
                when = year * 100 + month if month <= 12 else (year + 1) * 100 + month - 12
                shares = (("city", city - city_cut, 0), ("district", 0, total - city - (cut - city_cut)))
                if name == "key-rd-national-provincial-matching":  # via the district, settled half a year later
                    shares = (("district", city, total - city),)
                    half = when + 6 if when % 100 <= 6 else when + 94
                    settlements.append({"month": half, "instrument": name, "district": district, "from_level": "city", "to_level": "district", "amount": city})  # fmt: skip
                for payer, city_fen, district_fen in shares:
                    if city_fen + district_fen:
                        payments.append({
                            "month": when, "instrument": name, "district": district, "city": city_fen,
                            "district_fen": district_fen, "province": 0, "paid_by": payer, "status": status,
                            "award_year": year, "count": int(count),
                        })  # fmt: skip
    return {
        "commitments": _columns(commitments),
        "payments": _columns(payments),
        "settlements": _columns(settlements),
        "recoveries": {},
        "indicators": _columns(_indicators(chance, level)),
    }


def _columns(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {key: [row[key] for row in rows] for key in rows[0]}


def _indicators(chance: np.random.Generator, level: np.ndarray) -> list[dict[str, Any]]:
    rows = []

    def add(year: int, name: str, value: float, district: str = "全市") -> None:
        rows.append({"year": year, "name": name, "district": district, "value": round(float(value), 6)})

    for i, year in enumerate(range(2021, 2036)):
        g = float(level[i]) * 1.06**i
        for name, value in (("founded", 5200), ("in_makerspace", 3100), ("in_incubator", 7400), ("graduated", 820), ("eaglets", 1500)):  # fmt: skip
            add(year, name, int(value * g * chance.uniform(0.97, 1.03)))
        for district, weight in zip(DISTRICTS[:13], WEIGHTS, strict=True):
            add(year, "high_tech", int(9000 * g * weight / 100), district)
        for group, size, places, cut, share in ((INSTRUMENTS[0][0], 2400, 200, 2.1e6, 0.7), (INSTRUMENTS[1][0], 5200, 400, 8e5, 0.5), (INSTRUMENTS[2][0], 320, 10_000, 0, 0.3)):  # fmt: skip
            ranked = min(places, size * g * 0.31)
            add(year, f"round_on_list:{group}", size * g)
            add(year, f"round_over_threshold:{group}", size * g * 0.31)
            add(year, f"round_ranked:{group}", ranked)
            add(year, f"round_cut_off_increase:{group}", cut * g * YUAN if ranked == places else 0)
            add(year, f"round_at_cap:{group}", ranked * share)
        add(year, "rnd_rate", 0.19 if year == 2027 else 0.2)
        add(year, "rnd_winners", 690)
        add(year, "rnd_repeat_winners", 150 + chance.integers(0, 40))
        add(year, "rnd_winners_fall", 300)
        add(year, "rnd_growth_autocorrelation", -0.25 + chance.normal(0, 0.01))
    return rows


SCENARIO = """title = "基准情景：现行政策"
start = 2021-01-01
end = 2035-12-31
budget_year = 2027
"""


def make_run(folder: Path, replications: int, **meta: Any) -> Run:
    """Write a finished run folder and open it."""
    header = {
        "identity": "0123456789abcdef", "name": "baseline", "seed": 1, "version": "0", "instruments": instruments_meta(),
        "warnings": ["杭科资〔2020〕72号 于 2022-12-31 到期，按推定续期测算"], **meta,
    }  # fmt: skip
    writer = RunWriter(folder, header, SCENARIO)
    for number in range(replications):
        write_replication(folder, number, replication(number))
    writer.seal_full()
    return writer.close()
