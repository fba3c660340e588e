"""Product lists as sellers really save them: found out, read, or refused in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalogue.csvfile import MAX_PRODUCTS, Parsed, parse
from core.kernel.errors import Refused

SAMPLES = Path(__file__).resolve().parents[3] / "resources" / "samples"
LIST = "Référence;Désignation;Prix;Quantité\nROBE1;Robe élégante;15 000;10\nSAC2;Sac;9 500;5\n"


def read(text: str, currency: str = "XOF") -> Parsed:
    return parse(text.encode(), currency)


def problems(text: str) -> list[tuple[int, str, str]]:
    """(line, column, English sentence) of every error."""
    return [(error.line, error.column, str(error.refusal())) for error in read(text).errors]


# ------------------------------------------------------------------------------------------------ encoding, delimiter


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16-le"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32-le"),
        ("cp1252", "cp1252"),
        ("mac_roman", "mac_roman"),
        ("cp850", "cp850"),
    ],
)
def test_the_encoding_is_found(encoding: str, named: str) -> None:
    parsed = parse(LIST.encode(encoding), "XOF")
    assert (parsed.encoding, parsed.rows[0].title, parsed.errors) == (named, "Robe élégante", ())


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "cp850"])
@pytest.mark.parametrize("title", ["ÉTÉ DÉJÀ PRÊT", "Été indien", "à la carte", "robe brodée « cœur » 12€"])
def test_old_encodings_are_told_apart_by_few_letters(encoding: str, title: str) -> None:
    if encoding == "cp850":
        title = title.replace("œ", "oe").replace("€", "")
    parsed = parse(f"Code;Nom;Prix;Stock\nA1;{title};5;1\n".encode(encoding), "XOF")
    assert (parsed.rows[0].title, parsed.encoding) == (title, encoding)


@pytest.mark.parametrize("title", ["Robe bleue…", "Ñame frais", "Robe n° 5", "L’ensemble", "« Robe »", "3 m²", "Kéïta"])
def test_excel_on_windows_is_read_by_its_one_odd_letter(title: str) -> None:
    parsed = parse(f"Code;Nom;Prix;Stock\nA1;{title};5;1\n".encode("cp1252"), "XOF")
    assert (parsed.rows[0].title, parsed.encoding) == (title, "cp1252")


def test_utf16_with_a_big_endian_mark_is_found() -> None:
    assert parse(b"\xfe\xff" + LIST.encode("utf-16-be"), "XOF").rows[0].title == "Robe élégante"


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    parsed = read(LIST.replace(";", delimiter))
    assert (parsed.delimiter, len(parsed.rows), parsed.errors) == (delimiter, 2, ())


def test_a_comma_in_prices_and_titles_does_not_pass_for_the_delimiter() -> None:
    text = 'Code;Nom;Prix;Stock\nA1;"Robe, bleue, longue";12,50;3\nA2;Sac, cuir;9,90;1\n'
    assert [row.price for row in read(text, "EUR").rows] == [1250, 990]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_understood(end: str) -> None:
    assert [row.line for row in read(LIST.replace("\n", end)).rows] == [2, 3]


def test_decomposed_accents_of_a_mac_are_composed() -> None:
    assert read("Re\u0301fe\u0301rence;Nom;Prix;Stock\nA1;E\u0301te\u0301;5;1\n").rows[0].title == "Été"


# ------------------------------------------------------------------------------------------------------------ columns


@pytest.mark.parametrize(
    "header",
    [
        "SKU;Title;Price;Stock",
        "RÉFÉRENCE;DÉSIGNATION;PRIX (FCFA);QUANTITÉ",
        "Réf.;Libellé;Prix unitaire;Qté",
        "code ; nom ; prix de vente (F CFA) ; en stock",
        "Réf;Article;P.U.;Qté en stock",
        "ref produit;Nom du produit;Tarif;Quantité en stock",
        "Kaody;Anarana;Vidiny;Isa",
        '"Variant SKU";"Product name";"Regular price";"Inventory"',
        "\u00a0Référence\u00a0;Titre;Prix F CFA;Stock disponible",
    ],
)
def test_columns_are_known_by_their_usual_titles(header: str) -> None:
    row = read(f"{header}\nROBE1;Robe;15000;10\n").rows[0]
    assert (row.sku, row.title, row.price, row.stock) == ("ROBE1", "Robe", 15_000, 10)


def test_optional_columns_are_read_and_unknown_ones_named() -> None:
    parsed = read(
        "Réf;Mot-clé;Nom;Catégorie;Prix;Stock;Photo;Description;Fournisseur\n"
        "R-1;Robe 1;Robe;Robes;5000;3;robe.jpg;Belle;Awa\n"
    )
    row = parsed.rows[0]
    assert (row.keyword, row.category, row.photo, row.description) == ("ROBE1", "Robes", "robe.jpg", "Belle")
    assert parsed.unknown == ("Fournisseur",)
    assert parsed.columns["keyword"] == "Mot-clé"


def test_a_rate_of_vat_is_read_and_empty_means_the_stores() -> None:
    parsed = read("Réf;Nom;Prix;Stock;Taux de TVA\nA1;Robe;5;1;18 %\nA2;Riz;5;1;\nA3;Sac;5;1;0\nA4;Lait;5;1;10,0\n")
    assert [(row.vat, "vat" in row.given) for row in parsed.rows] == [(18, True), (None, True), (0, True), (10, True)]
    assert [row.vat for row in read(LIST).rows] == [None, None]
    wrong = problems("Réf;Nom;Prix;Stock;TVA\nA1;Robe;5;1;31\nA2;Robe;5;1;5,5\nA3;Robe;5;1;oui\nA4;Robe;5;1;-1\n")
    assert [(line, column) for line, column, _ in wrong] == [(2, "TVA"), (3, "TVA"), (4, "TVA"), (5, "TVA")]
    assert wrong[1][2] == "The VAT rate must be a whole number from 0 to 30, not 5,5."


def test_code_is_the_sku_alone_and_the_keyword_beside_a_reference() -> None:
    assert read("Code;Nom;Prix;Stock\nR1;Robe;5;1\n").columns == {
        "sku": "Code",
        "title": "Nom",
        "price": "Prix",
        "stock": "Stock",
    }
    assert read("Référence;Code;Nom;Prix;Stock\nX-9;R1;Robe;5;1\n").rows[0].keyword == "R1"


def test_the_keyword_comes_from_the_sku_when_there_is_none() -> None:
    row = read("SKU;Nom;Prix;Stock\nrobe-été 1;Robe;5;1\n").rows[0]
    assert (row.sku, row.keyword, "keyword" in row.given) == ("robe-été 1", "ROBEETE1", False)


def test_titles_above_the_table_are_skipped() -> None:
    parsed = read("sep=;\nBoutique Awa;;;\n\nSKU;Nom;Prix;Stock\nA1;Robe;5;1\n")
    assert ([row.line for row in parsed.rows], parsed.errors) == ([5], ())


def test_a_missing_column_is_named() -> None:
    with pytest.raises(Refused, match=r"No column for the price\. Columns found: SKU, Nom, Stock"):
        read("SKU;Nom;Stock\nA1;Robe;1\n")
    with pytest.raises(Refused, match=r"needs columns for .* Columns found: A1, Robe, 5, 1"):
        read("A1;Robe;5;1\nA2;Sac;6;1\n")


def test_two_price_columns_are_refused() -> None:
    with pytest.raises(Refused, match="Two columns are called “prix”"):
        read("SKU;Nom;prix;Prix (F CFA);Stock\nA1;Robe;5;6;1\n")


# -------------------------------------------------------------------------------------------------------------- lines


def test_blank_lines_and_empty_columns_at_the_end_do_not_count() -> None:
    parsed = read("SKU;Nom;Prix;Stock;;\n\nA1;Robe;5;1;;\n;;;;;\n   ;;;\nA2;Sac;6;1\n\n")
    assert ([row.line for row in parsed.rows], parsed.errors) == ([3, 6], ())


def test_a_line_after_a_cell_of_several_lines_is_numbered_as_editor_and_spreadsheet_show_it() -> None:
    parsed = read('SKU;Nom;Prix;Stock;Description\nA1;Robe;5;1;"ligne un\nligne deux\n"\nA2;Sac;zéro;1;\n')
    assert parsed.rows[0].description == "ligne un\nligne deux"
    assert [(error.line, error.row, error.column) for error in parsed.errors] == [(5, 3, "Prix")]


def test_everything_wrong_with_a_line_is_told_at_once() -> None:
    assert problems("SKU;Nom;Prix;Stock\n;;cher;-2\nA1;Robe;5;1\n") == [
        (2, "SKU", "The SKU is missing."),
        (2, "Nom", "The title is missing."),
        (2, "Prix", "“cher” is not a number."),
        (2, "Stock", "The stock cannot be negative (-2)."),
    ]


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ("A2;Sac;;1", "Prix", "The price is missing."),
        ("A2;Sac;5", "Stock", "The stock is missing."),
        ("A2;Sac;5;2,5", "Stock", "The stock must be a whole number, not 2,5."),
        ("A2;Sac;5;1;de trop", "", "5 cells for 4 columns"),
        ("a1;Autre;5;1", "SKU", "“a1” is already on line 2."),
        ("A-1;Autre;5;1", "SKU", "“A1” is already on line 2."),
        ("OUI;Autre;5;1", "SKU", "already means something else"),
        (f"A2;{'x' * 201};5;1", "Nom", "Too long: 201 characters, at most 200."),
        ("A2;S\0ac;5;1", "Nom", "A character cannot be read"),
        ('A2;"Sac" rouge;5;1', "", "A quotation mark is out of place"),
        ('A2;"Sac;5;1', "", "A quotation mark opened on this line is never closed."),
        (f'A2;"{"x" * 200_000}";5;1', "", "never closed"),
    ],
)
def test_a_bad_line_is_told_and_the_good_ones_stay(line: str, column: str, reason: str) -> None:
    text = f"SKU;Nom;Prix;Stock\nA1;Robe;5;1\n{line}\nA3;Pull;7;2\n"
    [(number, where, told)] = problems(text)
    assert (number, where) == (3, column)
    assert reason in told
    assert [row.sku for row in read(text).rows] == ["A1", "A3"]


def test_a_stray_quotation_mark_swallows_no_other_line() -> None:
    text = 'SKU;Nom;Prix;Stock\nA1;"Robe;5;1\nA2;Sac;6;1\nA3;"Pull, ""chaud""";7;1\n'
    assert [row.sku for row in read(text).rows] == ["A2", "A3"]


def test_an_excel_text_cell_keeps_its_zeros() -> None:
    assert read('SKU;Nom;Prix;Stock\n"=""00123""";Robe;5;1\n').rows[0].sku == "00123"


def test_a_few_broken_bytes_do_not_turn_accents_into_noise() -> None:
    data = ("SKU;Nom;Prix;Stock\nA1;Été déjà;5;1\nA2;Pâté à l’œuf;5;1\nA3;Sac ".encode()) + b"\xff;5;1\n"
    parsed = parse(data, "XOF")
    assert [row.title for row in parsed.rows] == ["Été déjà", "Pâté à l’œuf"]
    assert [(error.line, error.column) for error in parsed.errors] == [(4, "Nom")]


# --------------------------------------------------------------------------------------------------------- whole files


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty"),
        (b"\xef\xbb\xbf", "The file is empty"),
        (b"\r\n\r\n;;;\n", "The file is empty"),
        (b"SKU;Nom;Prix;Stock\n\n", "no product"),
        (b"PK\x03\x04" + bytes(500), "Excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1" + bytes(500), "Excel"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PDF"),
        (b"<!DOCTYPE html><table><tr><td>SKU</td></tr></table>", "HTML"),
        (bytes(range(256)) * 20, "not a text file"),
        (bytes(4000), "The file is empty"),
        (b'"', "The file is empty"),
        (b'"a', "No line of the file can be read"),
    ],
)
def test_what_is_no_product_list_is_refused_in_one_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        parse(data, "XOF")


def test_more_products_than_a_catalogue_holds_are_refused() -> None:
    lines = "".join(f"A{i};Robe;5;1\n" for i in range(MAX_PRODUCTS + 1))
    with pytest.raises(Refused, match="more than 100000 lines"):
        read("SKU;Nom;Prix;Stock\n" + lines)


def test_progress_ends_at_the_last_line_and_can_stop_the_work() -> None:
    text = "SKU;Nom;Prix;Stock\n" + "".join(f"A{i};Robe;5;1\n" for i in range(2000))
    seen: list[tuple[int, int]] = []
    parse(text.encode(), "XOF", lambda done, total: seen.append((done, total)))
    assert len(seen) > 3
    assert seen == sorted(seen)
    assert seen[-1] == (2001, 2001)

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        parse(text.encode(), "XOF", stop)


@pytest.mark.parametrize(
    ("name", "currency", "products", "encoding", "delimiter"),
    [
        ("boutique-dakar.csv", "XOF", 12, "utf-8-sig", ";"),
        ("boutique-excel-windows.csv", "XOF", 12, "cp1252", ";"),
        ("boutique-antananarivo.csv", "MGA", 8, "utf-16-le", "\t"),
        ("shop-english.csv", "XOF", 12, "utf-8", ","),
    ],
)
def test_the_sample_lists_are_read_whole(
    name: str, currency: str, products: int, encoding: str, delimiter: str
) -> None:
    parsed = parse((SAMPLES / name).read_bytes(), currency)
    assert (len(parsed.rows), parsed.errors) == (products, ())
    assert (parsed.encoding, parsed.delimiter) == (encoding, delimiter)


def test_the_list_to_correct_tells_one_mistake_of_each_kind() -> None:
    parsed = parse((SAMPLES / "a-corriger.csv").read_bytes(), "XOF")
    assert [row.sku for row in parsed.rows] == ["ROBE1", "BOUBOU4"]
    assert [error.line for error in parsed.errors] == list(range(3, 14))


@pytest.mark.parametrize("price", ["12,5", "12,50 €"])
def test_what_is_wrong_with_a_price_is_told_in_the_words_on_the_money(price: str) -> None:
    (error,) = read(f"Code;Nom;Prix;Stock\nA1;Robe;{price};1\n").errors
    assert "F\u00a0CFA" in str(error.refusal()).replace("\u202f", "\u00a0")
    assert "XOF" not in str(error.refusal())


# --------------------------------------------------------------------------------------------------------------- fuzz

CELL = st.text(max_size=12) | st.sampled_from(
    ["A1", "15 000", "12,5", '"', '""', "-1", "1e999999999", "NaN", "\0", '="0"']
)
TABLE = st.lists(st.lists(CELL, max_size=6), max_size=8)


def survives(data: bytes) -> None:
    try:
        parsed = parse(data, "XOF")
    except Refused:
        return
    skus = [row.sku.casefold() for row in parsed.rows]
    keywords = [row.keyword for row in parsed.rows]
    assert len(set(skus)) == len(skus)
    assert len(set(keywords)) == len(keywords)
    assert all(row.price > 0 and row.stock >= 0 for row in parsed.rows)
    assert all(str(error.refusal()) and error.line >= error.row >= 1 for error in parsed.errors)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    survives(data)


@given(
    TABLE,
    st.sampled_from(";,\t|"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-16", "cp1252"]),
)
def test_any_cells_under_good_titles_are_read_or_told(
    table: list[list[str]], delimiter: str, end: str, encoding: str
) -> None:
    lines = [["SKU", "Nom", "Prix", "Stock", "Mot-clé"], *table]
    survives(end.join(delimiter.join(line) for line in lines).encode(encoding, "replace"))
