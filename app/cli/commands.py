"""The commands of ``python -m app``, declared once. Light: the window's start asks whether it was given one."""

COMMANDS = {
    "check": "app.cli.check",
    "group": "app.cli.group",
    "match": "app.cli.match",
    "import-table": "app.cli.tables",
    "verify": "app.cli.verify",
    "demo": "app.cli.demo",
}
"""Each command's module has ``run(arguments) -> int``; it is imported only when it is called."""
