"""The run folder: parts, manifest, crashes, extension."""

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from fundflow.results import FolderInUse, NoRun, OtherRun, RunWriter, held, open_run, write_replication
from fundflow.results.files import write_table
from tests.results.tables import tables_of

META = {"identity": "ab" * 32, "seed": 1, "warnings": []}
SCENARIO = 'title = "test"\nbudget_year = 2027\n'


def write(folder: Path, numbers, close: bool = True, meta=META) -> RunWriter:
    writer = RunWriter(folder, meta, SCENARIO)
    for number in numbers:
        write_replication(folder, number, tables_of(number))
        writer.seal_full()
    if close:
        writer.close()
    return writer


def content(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def test_a_block_of_ten_replications_is_one_part_of_each_table(tmp_path):
    write(tmp_path, range(20))
    parts = sorted(path.name for path in (tmp_path / "payments").iterdir())
    assert parts == ["part-0000.parquet", "part-0001.parquet"]
    assert open_run(tmp_path).replications == tuple(range(20))


def test_the_order_in_which_replications_finish_does_not_show_in_the_bytes(tmp_path):
    write(tmp_path / "a", range(15))
    write(tmp_path / "b", [14, 3, 2, 1, 0, 13, 12, 4, 5, 9, 8, 7, 6, 11, 10])
    assert content(tmp_path / "a") == content(tmp_path / "b")


def test_a_run_extended_in_steps_has_the_bytes_of_a_run_made_at_once(tmp_path):
    write(tmp_path / "a", range(12))
    write(tmp_path / "b", range(4))
    write(tmp_path / "b", [7, 8, 9, 10])
    assert (tmp_path / "b" / "payments" / "part-0000-7of10.parquet").exists()
    write(tmp_path / "b", [4, 5, 6, 11])
    assert content(tmp_path / "a") == content(tmp_path / "b")


def test_what_was_finished_before_a_crash_can_be_read_and_is_not_run_again(tmp_path):
    write(tmp_path, range(13), close=False)  # no close: the program died
    assert open_run(tmp_path).replications == tuple(range(10))
    assert RunWriter(tmp_path, META, SCENARIO).finished() == set(range(13))


def test_a_replication_half_written_is_not_finished(tmp_path):
    write(tmp_path, range(2), close=False)
    half = tmp_path / "unfinished" / ".00002.99"
    half.mkdir()
    (half / "payments.parquet").write_bytes(b"half")
    assert RunWriter(tmp_path, META, SCENARIO).finished() == {0, 1}
    assert not half.exists()


def test_a_file_that_the_manifest_does_not_name_is_not_read(tmp_path):
    write(tmp_path, range(3))
    before = open_run(tmp_path).payments.collect()
    shutil.copy(tmp_path / "payments" / "part-0000-3of10.parquet", tmp_path / "payments" / "part-0001.parquet")
    assert open_run(tmp_path).payments.collect().equals(before)
    RunWriter(tmp_path, META, SCENARIO)
    assert not (tmp_path / "payments" / "part-0001.parquet").exists()


def test_a_damaged_part_is_reported_and_run_again(tmp_path):
    write(tmp_path, range(12))
    (tmp_path / "indicators" / "part-0000.parquet").write_bytes(b"spoiled")
    assert open_run(tmp_path).faults() == ["indicators/part-0000.parquet is not the file that the run wrote"]
    assert RunWriter(tmp_path, META, SCENARIO).finished() == {10, 11}


def test_the_manifest_hashes_every_file_and_leaves_wall_time_out(tmp_path):
    write(tmp_path, range(2))
    (tmp_path / "timing.json").write_text("{}")
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    named = set(manifest["files"]) | {name for part in manifest["parts"] for name in part["files"]}
    assert set(content(tmp_path)) - named == {"manifest.json", "timing.json"}
    assert open_run(tmp_path).faults() == []


def test_a_folder_of_another_run_is_refused(tmp_path):
    write(tmp_path, range(1))
    with pytest.raises(OtherRun, match="another run"):
        RunWriter(tmp_path, META | {"identity": "cd" * 32}, SCENARIO)


def test_a_folder_with_other_files_is_refused(tmp_path):
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(OtherRun, match="not empty"):
        RunWriter(tmp_path, META, SCENARIO)


def test_a_folder_has_one_writer_at_a_time(tmp_path):
    pytest.importorskip("fcntl")
    with held(tmp_path), pytest.raises(FolderInUse), held(tmp_path):
        pass
    with held(tmp_path):
        pass


@pytest.mark.parametrize("missing", ["manifest.json", "run.json", "scenario.toml"])
def test_a_folder_without_a_finished_run_says_what_is_missing(tmp_path, missing):
    write(tmp_path, range(1))
    (tmp_path / missing).unlink()
    with pytest.raises(NoRun, match=missing):
        open_run(tmp_path)


def test_an_absent_folder_is_named(tmp_path):
    with pytest.raises(NoRun, match="nowhere"):
        open_run(tmp_path / "nowhere")


def test_claims_of_replication_0_are_one_file(tmp_path):
    write(tmp_path, [1, 2])
    assert open_run(tmp_path).claims.collect().is_empty()
    write(tmp_path, [0])
    assert open_run(tmp_path).claims.collect()["reason"].to_list() == ["cap", "condition"]


def test_the_summary_adds_up_and_counts_absent_rows_as_zero(tmp_path):
    writer = RunWriter(tmp_path, META, SCENARIO)
    write_replication(tmp_path, 0, tables_of(0))
    write_replication(tmp_path, 1, tables_of(1, years=(2026,)))
    run = writer.close()
    row = run.summary.filter(measure="cash", year=2027, instrument="all", status="all", level="total")
    june = run.payments.filter(pl.col("month") == 202706).select(pl.sum("city", "district_fen")).collect()
    paid = int(june.sum_horizontal()[0])
    assert row["mean"].to_list() == [paid // 2]
    assert row["replications"].to_list() == [2]
    levels = run.summary.filter(measure="award", year=2026, instrument="rnd", status="all").sort("level")
    assert levels["level"].to_list() == ["city", "district", "province", "total"]
    assert 0 <= levels["mean"][3] - levels["mean"][:3].sum() <= 2  # each mean is cut down to a whole fen


def test_equal_frames_give_equal_bytes_however_they_are_chunked(tmp_path):
    frame = pl.DataFrame({"a": list(range(5000))})
    write_table(tmp_path / "one", frame)
    write_table(tmp_path / "two", pl.concat([frame[:17], frame[17:]], rechunk=False))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
