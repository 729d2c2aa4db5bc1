def pytest_terminal_summary(terminalreporter):
    """Print how long each notebook ran, which no test fails on before it is far too long."""
    for report in [*terminalreporter.stats.get("passed", []), *terminalreporter.stats.get("failed", [])]:
        for name, value in getattr(report, "user_properties", []):
            if name == "seconds":
                terminalreporter.write_line(value)
