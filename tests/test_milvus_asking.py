"""Answers from Milvus are those of the folder that was published, and nothing but the address is needed for them."""

import json
from pathlib import Path

import pytest
from invented import Indexed
from published import QUESTIONS, address, asked_at, connected, published, told

from corpus.errors import InputError
from embeddings.milvus_address import Address
from rag.__main__ import main
from rag.assistant import Assistant
from rag.build import open_assistant, publish_index
from rag.encoders import embedder_of
from rag.followup import Turn
from rag.remote.lists import all_cases
from rag.remote.opening import serving, weights_of
from rag.remote.retrieving import RemoteRetriever
from rag.remote.searching import Searches
from rag.remote.shelf import Shelf
from rag.settings import Settings

pytest.importorskip("pymilvus", reason="没有安装 requirements-milvus.txt")
pytest_plugins = ("indexes", "milvus_servers")


@pytest.fixture(scope="module")
def place(small: Indexed, milvus_server: str) -> Address:
    made = address(milvus_server, "asking")
    publish_index(small.folder, made, Settings())
    return made


@pytest.fixture(scope="module")
def remote(place: Address) -> Assistant:
    return asked_at(place)


@pytest.mark.parametrize("question", QUESTIONS)
def test_answers_are_those_of_the_folder(small: Indexed, remote: Assistant, question: str) -> None:
    assert told(remote, question) == told(small.assistant, question)


def test_what_is_listed_is_that_of_the_folder(small: Indexed, remote: Assistant) -> None:
    assert tuple(remote.cases) == small.assistant.cases
    assert tuple(remote.changes) == small.assistant.changes
    assert tuple(remote.documents) == small.assistant.documents
    assert len(remote.cases) == len(small.assistant.cases)
    assert remote.cases[-1] == small.assistant.cases[-1]
    assert remote.cases[1:3] == small.assistant.cases[1:3]
    case = small.assistant.cases[2]
    assert remote.case(case.id) == case
    assert remote.document(case) == small.assistant.document(case)
    with pytest.raises(KeyError):
        remote.case("没有这个")


def test_a_conversation_goes_on(small: Indexed, remote: Assistant) -> None:
    first, then = "清溪县企业开办要几天办完？", "那南塘县呢？"
    answers = []
    for assistant in (remote, small.assistant):
        before = assistant.ask(first)
        turn = Turn(before.reading or assistant.understand(first), before)
        answers.append(assistant.ask(then, [turn]))
    assert (answers[0].text, answers[0].resolved) == (answers[1].text, answers[1].resolved)
    assert answers[0].resolved


def test_real_compilations_answer_alike(compilations: Indexed, tmp_path: Path) -> None:
    remote = published(compilations, address(tmp_path / "real.db"))
    for case in compilations.assistant.cases[::17]:
        question = f"{case.title}，具体是怎么做的？"
        assert told(remote, question) == told(compilations.assistant, question)


def test_few_candidates_of_many_find_the_best(small: Indexed, place: Address) -> None:
    with connected(place) as milvus:
        collection = serving(milvus)
        shelf = Shelf(milvus, collection)
        embedder, weights = embedder_of(shelf.manifest["encoder"], shelf.fitted()), weights_of(Settings())
        searches = Searches(milvus, collection, shelf, embedder=embedder, weights=weights, depth=2)
        few = RemoteRetriever(searches, shelf, embedder=embedder, weights=weights, looked_through=3)
        for question in QUESTIONS[1:3]:
            found = few.retrieve(small.assistant.understand(question), limit=99)
            assert found.hits[0].case == small.assistant.search(question, limit=1)[0].case
            named = {hit.case.id for hit in found.hits}
            worst = min(hit.score for hit in found.hits)
            for case in small.assistant.cases:
                # Of a passage that no search named, all that is known is that it is worse.
                scores = [score for _, score in few.passages(case, found.scores)]
                assert case.id in named or max(scores) <= worst
            assert len(named) < len(small.assistant.cases)
        assert {case.title for case in few.cases_naming("云岭")} >= {
            case.title for case in small.assistant.cases if "云岭" in case.title
        }


def test_an_index_of_very_many_cases_is_not_listed(place: Address) -> None:
    with connected(place) as milvus:
        shelf = Shelf(milvus, serving(milvus), listable=5)
        assert len(all_cases(shelf)) > 5
        with pytest.raises(InputError, match="不能全部列出来"):
            list(all_cases(shelf))


def test_commands_take_the_address_for_the_folder(
    small: Indexed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "命令 行.db"
    assert main(["publish", "--index", str(small.folder), "--to", str(file), "--collection", "zhanshi"]) == 0
    assert f"milvus:{file.as_posix()}/zhanshi" in capsys.readouterr().out
    assert main(["search", "企业开办要几天", "--json", "--index", f"milvus:{file}/zhanshi"]) == 0
    hits = json.loads(capsys.readouterr().out)["hits"]
    assert [hit["case_id"] for hit in hits] == [
        hit.case.id for hit in small.assistant.search("企业开办要几天")
    ]


def test_several_servers_answer_from_one_place(small: Indexed, place: Address) -> None:
    first, second = asked_at(place), open_assistant(Settings(index=Path(str(place))))
    question = QUESTIONS[0]
    assert told(first, question) == told(second, question) == told(small.assistant, question)
