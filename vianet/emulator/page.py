"""The page that shows what the emulator holds: plain HTML and one style sheet, no script."""

from collections.abc import Iterable, Mapping
from html import escape

from vianet.emulator.messages import Request

STYLE = """
:root { color-scheme: light dark; --line: #8886; --quiet: #616161; --link: #0f548c; }
@media (prefers-color-scheme: dark) { :root { --quiet: #b3b3b3; --link: #62abf5; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1rem; line-height: 1.45;
  font-family: "Segoe UI", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2rem; } h3 { font-size: 1rem; }
a { color: var(--link); } p, .quiet { color: var(--quiet); }
.scroll { overflow-x: auto; } .scroll:focus-visible { outline: 2px solid var(--link); }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; padding: .35rem .6rem; border-bottom: 1px solid var(--line);
  vertical-align: top; }
td.number { text-align: end; font-variant-numeric: tabular-nums; }
code { font-size: .85em; overflow-wrap: anywhere; }
.status { border: 1px solid currentColor; border-radius: .25rem; padding: 0 .4rem; }
.suspended { color: #b10e1c; } .active { color: #0e700e; }
@media (prefers-color-scheme: dark) { .suspended { color: #f1707b; } .active { color: #6ccb6c; } }
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; margin-block: 1rem; }
input, select, button { font: inherit; padding: .3rem .5rem; min-height: 2rem; }
"""


def render(
    state: Mapping[str, object], requests: Iterable[Mapping[str, object]], asked: Request
) -> str:
    """The whole page; every value is escaped."""
    partners = _list(state["partners"])
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Partner Center emulator</title>
<link rel="stylesheet" href="/_emulator/style.css">
</head>
<body>
<main>
<h1>Partner Center emulator</h1>
<p>What the emulated service holds. Nothing here is real.</p>
{_search(asked)}
{_faults(_list(state["faults"]))}
{"".join(_partner(partner) for partner in partners)}
{_last_requests(list(requests))}
</main>
</body>
</html>
"""


def _search(asked: Request) -> str:
    return f"""<form method="get" action="/_emulator/">
<label>Company starts with <input name="q" value="{_text(asked.query("q"))}"></label>
<label>MPN id <input name="mpn_id" value="{_text(asked.query("mpn_id"))}"></label>
<button>Show</button>
</form>"""


def _faults(faults: list[Mapping[str, object]]) -> str:
    if not faults:
        return "<p>No faults are planned.</p>"
    items = "".join(
        f"<li><strong>{_text(fault['do'])}</strong> {_text(fault['method'])} "
        f"<code>{_text(fault['path_regex'])}</code>, {_text(fault['times'])} left</li>"
        for fault in faults
    )
    return f"<h2>Planned faults</h2><ul>{items}</ul>"


def _partner(partner: Mapping[str, object]) -> str:
    customers = _list(partner["customers"])
    rows = "".join(_customer_rows(customer) for customer in customers)
    return f"""<h2>{_text(partner["name"])}</h2>
<p>MPN id <code>{_text(partner["mpn_id"])}</code>,
tenant <code>{_text(partner["tenant_id"])}</code>,
{len(customers)} of {_text(partner["customer_count"])} customers shown</p>
<div class="scroll" tabindex="0" role="region" aria-label="Customers of {_text(partner["name"])}">
<table>
<thead><tr><th scope="col">Customer</th><th scope="col">Subscription</th>
<th scope="col">Seats</th><th scope="col">Status</th></tr></thead>
<tbody>{rows}</tbody>
</table>
</div>"""


def _customer_rows(customer: Mapping[str, object]) -> str:
    subscriptions = _list(customer["subscriptions"])
    head = (
        f'<th scope="rowgroup" rowspan="{len(subscriptions)}">{_text(customer["company_name"])}<br>'
        f'<span class="quiet">{_text(customer["domain"])}</span></th>'
    )
    rows = [_subscription_cells(subscription) for subscription in subscriptions]
    return "".join(
        f"<tr>{head if index == 0 else ''}{cells}</tr>" for index, cells in enumerate(rows)
    )


def _subscription_cells(subscription: Mapping[str, object]) -> str:
    status = str(subscription.get("status"))
    known = status if status in {"active", "suspended"} else ""
    addon = " (add-on)" if subscription.get("parentSubscriptionId") else ""
    return (
        f"<td>{_text(subscription.get('offerName'))}{addon}<br>"
        f"<code>{_text(subscription['id'])}</code></td>"
        f'<td class="number">{_text(subscription.get("quantity"))}</td>'
        f'<td><span class="status {known}">{_text(status)}</span></td>'
    )


def _last_requests(requests: list[Mapping[str, object]]) -> str:
    rows = "".join(
        f"<tr><td><time>{_text(entry['at'])}</time></td><td>{_text(entry['method'])}</td>"
        f"<td><code>{_text(entry['path'])}</code></td>"
        f"<td>{_text(entry['status'] or 'not answered')}</td><td>{_text(entry['fault'] or '')}</td>"
        "</tr>"
        for entry in reversed(requests)
    )
    return f"""<h2>Last requests</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Last requests">
<table>
<thead><tr><th scope="col">When (UTC)</th><th scope="col">Method</th><th scope="col">Path</th>
<th scope="col">Status</th><th scope="col">Fault</th></tr></thead>
<tbody>{rows}</tbody>
</table>
</div>"""


def _text(value: object) -> str:
    return escape(str(value))


def _list(value: object) -> list[Mapping[str, object]]:
    return list(value) if isinstance(value, list) else []
