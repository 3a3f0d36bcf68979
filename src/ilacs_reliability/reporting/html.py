"""The security report as one self-contained page."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from ilacs_reliability._results.estimates import Estimate, SignificanceResult
from ilacs_reliability._results.wording import counted, fixed, level, whole, with_article
from ilacs_reliability.claims.assessing import Assessment
from ilacs_reliability.claims.outcomes import deciding_limits
from ilacs_reliability.claims.sections import Section
from ilacs_reliability.claims.security import SecurityReport, check_report
from ilacs_reliability.reporting.blocks import (
    block_rows,
    both_readings,
    brief_line,
    brief_title,
    is_brief,
)
from ilacs_reliability.reporting.palette import GROUNDS
from ilacs_reliability.reporting.pictures import error_picture, interval_picture, moves_picture


def _colours(ground: str) -> str:
    return " ".join(f"--{name}: {colour};" for name, colour in GROUNDS[ground].items())


INKS = ("ink", "soft", "first", "second")
"""Classes of what is drawn in a colour of the page."""
STYLE = (
    f":root {{ color-scheme: light dark; {_colours('light')} }}\n"
    f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {_colours('dark')} }} }}\n"
    + "".join(f"svg .{ink} {{ fill: var(--{ink}); stroke: var(--{ink}); }}\n" for ink in INKS)
    + """svg text { stroke: none !important; } svg .line { fill: none; }
svg .shade { fill: var(--shade); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 46rem; padding: 1.2rem; color: var(--ink);
  background: var(--paper); font: 1rem/1.5 Georgia, "Times New Roman", serif; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .6rem; }
h2 { font-size: 1.15rem; line-height: 1.3; margin: 0 0 .5rem; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
th, td { border-bottom: 1px solid var(--line); padding: .4rem .5rem .4rem 0; text-align: left;
  vertical-align: top; }
dl { margin: .5rem 0; }
dt { font-weight: bold; font-size: .85rem; color: var(--soft); }
dd { margin: 0 0 .5rem; }
section { border-top: 2px solid var(--ink); margin-top: 1.6rem; padding-top: .8rem; }
h2, .held { break-after: avoid; } figure, dl, tr { break-inside: avoid; }
.verdict { display: inline-block; border: 1.5px solid; border-radius: .3rem; padding: 0 .45rem;
  font: bold .85rem/1.6 Helvetica, Arial, sans-serif; white-space: nowrap; }
.supported { color: #14612f; } .contradicted { color: #9b1c1c; }
.not-shown { color: #7a4a00; } .not-answerable { color: #3d3d7a; }
@media screen and (prefers-color-scheme: dark) {
  .supported { color: #7fd69a; } .contradicted { color: #ff9b9b; }
  .not-shown { color: #f0c070; } .not-answerable { color: #b6b6ff; } }
figure { margin: .8rem 0; } figcaption { font-size: .85rem; color: var(--soft); }
svg { display: block; width: 100%; height: auto; font: 14px Helvetica, Arial, sans-serif; }
code { font-size: .8rem; overflow-wrap: anywhere; }
a { color: inherit; }
footer { margin-top: 2rem; font-size: .85rem; color: var(--soft); }
@media print { body { max-width: none; padding: 0; font-size: 10.5pt; }
  a { text-decoration: none; } svg { max-width: 11cm; } section { margin-top: .8rem; } }
"""
)


def report_html(report: SecurityReport) -> str:
    """Write a security report as one self-contained page with pictures.

    Parameters
    ----------
    report : SecurityReport
        From `assess_security`.

    Returns
    -------
    str
        An HTML page that loads nothing else, readable on a phone and on paper. Every text is
        escaped.

    Raises
    ------
    TypeError
        If `report` is something else.

    See Also
    --------
    report_text : The same as plain text.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.report_html(ilr.assess_security())[:15]
    '<!DOCTYPE html>'
    """
    check_report(report)
    question = escape(report.question)
    blocks = list(enumerate((one for one in report.assessments if not is_brief(one)), 1))
    briefs = [brief_line(one) for one in report.assessments if is_brief(one)]
    parts = [("brief", brief_title(report), briefs, "")] if briefs else []
    parts += [
        (f"part-{i}", s.title, list(s.lines), _error(s, blocks))
        for i, s in enumerate(report.sections)
    ]
    parts += [("limits", "Limits", list(report.limits), "")]
    return (
        "<!DOCTYPE html>\n"
        '<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{question}</title><style>{STYLE}</style></head><body><main>\n"
        f"<h1>{question}</h1>\n{_listing(report.answer)}\n<p>{escape(report.about)} By "
        f"ilacs-reliability {escape(report.version)}. {escape(report.reading)}</p>\n"
        '<table id="verdicts"><thead><tr><th scope="col">Claim</th><th scope="col">As a count</th>'
        '<th scope="col">As a rate</th></tr></thead><tbody>'
        f"{''.join(_row(number, one) for number, one in blocks)}</tbody></table>\n"
        f"{''.join(_section(number, one) for number, one in blocks)}"
        f"{''.join(_part(*part) for part in parts)}{_thresholds(report)}"
        f"</main><footer>{escape(report.credit)}</footer>\n</body></html>\n"
    )


def _listing(lines: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


def _part(name: str, title: str, lines: list[str], picture: str) -> str:
    return f'<section id="{name}"><h2>{escape(title)}</h2>{picture}{_listing(lines)}</section>\n'


def _error(section: Section, blocks: list[tuple[int, Assessment]]) -> str:
    if section.shown is None:
        return ""
    numbers = {one.claim.name: number for number, one in blocks}
    low, high = (fixed(end, 2) for end in section.shown.allowed)
    caption = (
        f"How often a second team would give the same grade, by the reliability. Shaded: {low} to "
        f"{high}, which the last three grades allow under the assumptions below. At its mark and "
        "left of it error alone may give what the claim of that number found."
    )
    return _figure(error_picture(section.shown, numbers), caption)


def _thresholds(report: SecurityReport) -> str:
    lines = (line.split(" = ") for line in report.protocol.to_toml().splitlines())
    rows = "".join(
        f"<tr><td>{escape(name.replace('_', ' '))}</td><td>{escape(value)}</td></tr>"
        for name, value in lines
    )
    return (
        f"<section><h2>Thresholds of this report</h2><table><tbody>{rows}</tbody></table>"
        f"<p>Fingerprint (SHA-256) <code>{report.protocol.fingerprint}</code></p></section>\n"
    )


def _row(number: int, one: Assessment) -> str:
    statement = escape(one.claim.statement)
    link = f'<a href="#claim-{number}">{statement}</a>'
    return f"<tr><td>{link}</td><td>{one.verdict.as_count}</td><td>{_badge(one)}</td></tr>"


def _badge(one: Assessment) -> str:
    outcome = escape(one.verdict.outcome)
    return f'<span class="verdict {outcome.replace(" ", "-")}">{outcome}</span>'


def _section(number: int, one: Assessment) -> str:
    claim = one.claim
    source = escape(claim.source)
    if claim.url.startswith("https://"):
        source = f'<a href="{escape(claim.url)}">{source}</a>'
    texts = [(name, escape(text)) for name, text in block_rows(one)]
    texts.insert(2, ("Source", source))
    items = "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in texts if text)
    return (
        f'<section id="claim-{number}"><h2>{number}. {escape(claim.statement)}</h2>'
        f'<p class="held">{_badge(one)} {escape(both_readings(one.verdict))}</p>{_pictures(one)}'
        f"<dl>{items}</dl>"
        "</section>\n"
    )


def _pictures(one: Assessment) -> str:
    shown = []
    if one.moves is not None:
        caption = f"Grades that rose, stayed and fell, of {counted(sum(one.moves), 'unit')}."
        shown.append(_figure(moves_picture(one.moves), caption))
    evidence = one.verdict.evidence
    if isinstance(evidence, SignificanceResult):
        evidence = evidence.effect
    if isinstance(evidence, Estimate) and evidence.status == "ok":
        answered = one.verdict.outcome != "not answerable"
        zone = "shaded: where the claim is true." if answered else "it does not bear on the claim."
        shows = with_article(evidence.label or evidence.name)
        interval = deciding_limits(one.claim, evidence)
        caption = (
            f"{shows[:1].upper()}{shows[1:]} of {whole(evidence.n_units)}, with its "
            f"{level(interval.confidence_level)} interval; {zone}"
        )
        picture = interval_picture(evidence, one.claim, interval, with_zone=answered)
        shown.append(_figure(picture, caption))
    return "".join(shown)


def _figure(picture: str, caption: str) -> str:
    return f"<figure>{picture}<figcaption>{escape(caption)}</figcaption></figure>"
