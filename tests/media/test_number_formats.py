from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen3vl_app.media.number_formats import displayed

DAY = datetime.fromisoformat("2024-03-31")
MOMENT = datetime.fromisoformat("2024-03-09T14:05:06.789")


@pytest.mark.parametrize(
    ("value", "number_format", "expected"),
    [
        (1234.5, "General", "1234.5"),
        (1, "General", "1"),
        (0.1 + 0.2, "General", "0.3"),
        (0.075, "0.0%", "7.5%"),
        (0.075, "0.0 %", "7.5 %"),
        (0.5, "0%", "50%"),
        (-0.125, "0.00%", "-12.50%"),
        (1234, "00000", "01234"),
        (123456789, "000-00-0000", "123-45-6789"),
        (1234.5, "#,##0.00 €", "1,234.50 €"),
        (1234567, "#,##0", "1,234,567"),
        (999, "#,##0", "999"),
        (0, "#,##0.00", "0.00"),
        (0, "#", ""),
        (0.5, "#.##", ".5"),
        (2, "0.##", "2."),
        (1234.5, '"$"#,##0.00', "$1,234.50"),
        (1234.5, "[$€-407] #,##0.00", "€ 1,234.50"),
        (1234.5, "[$$-409]#,##0", "$1,235"),
        (1234.5, r"_-* #,##0.00\ [$€-407]_-;\-* #,##0.00\ [$€-407]_-", "1,234.50 €"),
        (-1234.5, r"_-* #,##0.00\ [$€-407]_-;\-* #,##0.00\ [$€-407]_-", "-1,234.50 €"),
        (-5, "#,##0;(#,##0)", "(5)"),
        (-5, "0;[Red]-0", "-5"),
        (-5, "0", "-5"),
        (-0.001, "0.00", "0.00"),
        (0, '0;-0;"none"', "none"),
        (7, ";;;", ""),
        (150, '[>=100]"high" 0;"low" 0', "high 150"),
        (50, '[>=100]"high" 0;"low" 0', "low 50"),
        (1500000, '0.0,,"M"', "1.5M"),
        (12345, '0,"k"', "12k"),
        (12345.678, "0.00E+00", "1.23E+04"),
        (0.00012, "0.0E+0", "1.2E-4"),
        (2.5, "# ?/?", "2 1/2"),
        (0.333333, "# ?/?", "1/3"),
        (0.375, "?/?", "3/8"),
        (5, '0 "kg"', "5 kg"),
        (5, r"0\ \k\g", "5 kg"),
        (5, "@", "5"),
        (2.345, "0.00", "2.35"),
        (8.5e20, "0", "850000000000000000000"),
        (date(2024, 3, 31), "DD.MM.YYYY", "31.03.2024"),
        (DAY, "dd.mm.yyyy", "31.03.2024"),
        (DAY, "mm-dd-yy", "2024-03-31"),
        (DAY, "d mmmm yyyy", "31 March 2024"),
        (DAY, "ddd, d-mmm-yy", "Sun, 31-Mar-24"),
        (DAY, r"[$-407]d\.\ mmmm\ yyyy;@", "31. March 2024"),
        (DAY, "yyyy/mm/dd", "2024/03/31"),
        (DAY, 'yyyy"年"m"月"d"日"', "2024年3月31日"),
        (MOMENT, "yyyy-mm-dd hh:mm", "2024-03-09 14:05"),
        (MOMENT, "h:mm AM/PM", "2:05 PM"),
        (MOMENT, "hh:mm:ss.000", "14:05:06.789"),
        (MOMENT, "mm:ss.0", "05:06.8"),
        (MOMENT, "General", "2024-03-09 14:05:06.789000"),
        (time(9, 30), "h:mm", "9:30"),
        (time(9, 30), "hh:mm", "09:30"),
        (timedelta(hours=30, minutes=15), "[hh]:mm:ss", "30:15:00"),
        (timedelta(hours=30, minutes=15), "[h]:mm", "30:15"),
        (timedelta(hours=30, minutes=15), '[h]" h "mm" min"', "30 h 15 min"),
        (timedelta(hours=1, minutes=15), "[m]", "75"),
        (timedelta(minutes=1, seconds=15), "[s]", "75"),
        (timedelta(hours=2), "General", "2:00:00"),
        (timedelta(hours=1, seconds=59, microseconds=999_999), "[h]:mm:ss", "1:01:00"),
    ],
)  # fmt: skip
def test_displayed__as_a_spreadsheet_shows_it(value, number_format, expected):
    assert displayed(value, number_format) == expected


@given(
    st.one_of(
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.timedeltas(),
        st.datetimes(),
        st.times(),
    ),
    st.text(alphabet='0#?.,%E+-/@;[]hmsydAP"\\_* $€', max_size=14) | st.text(max_size=6),
)
def test_displayed__any_format_is_read(value, number_format):
    assert isinstance(displayed(value, number_format), str)
