"""Imports go downwards only, and the rooms stay small."""

import ast
from pathlib import Path

GRADER = Path(__file__).resolve().parents[2] / "grader"
# From the top down: a module may import what stands below it, and in its own row nothing.
LAYERS = (
    ("__main__",),
    ("cli",),
    (
        "commands.author",
        "commands.ci",
        "commands.demo",
        "commands.doctor",
        "commands.graph",
        "commands.instructor",
        "commands.learner",
        "commands.platforms",
        "commands.results",
        "commands.student",
        "commands.watch",
    ),
    ("commands.saying",),
    ("watching.asking", "watching.loop", "watching.saves", "watching.serving", "watching.terminal"),
    ("watching.actions", "watching.keyboard", "watching.ready", "watching.screen"),
    ("watching.board", "watching.early", "watching.events", "watching.messages", "watching.sheet"),
    ("watching.findings", "watching.fitting"),
    ("demo.performing",),
    ("demo.pictures", "demo.telling"),
    ("demo.running",),
    ("demo.assembling", "demo.beside"),
    ("demo.descent",),
    ("demo.moons", "demo.wording"),
    ("__init__",),
    ("notebook.magics",),
    ("notebook.advice", "notebook.listing", "notebook.plain", "notebook.project", "notebook.saving"),
    ("notebook.fragment", "notebook.session"),
    ("notebook.cells",),
    (
        "platforms.archive",
        "platforms.changed",
        "platforms.exercism",
        "platforms.gitlab",
        "platforms.gradescope",
        "platforms.warming",
    ),
    ("platforms.handed", "platforms.metadata", "platforms.results"),
    ("foreign.grading",),
    ("foreign.repositories",),
    ("ci.comment", "ci.told"),
    ("ci.annotations", "ci.badge", "ci.committed", "ci.received", "ci.rest", "ci.summary"),
    ("ci.git", "ci.markdown", "ci.mermaid"),
    ("ci.seen",),
    ("render.doctor",),
    ("doctor.escapes",),
    ("doctor.remedies",),
    ("doctor.cages",),
    ("doctor.canaries", "doctor.probing"),
    ("handout.release",),
    ("handout.updating",),
    ("handout.contents",),
    ("learner.picture", "learner.screens"),
    ("learner.resetting", "learner.searching", "learner.showing", "learner.solution"),
    ("learner.efforts", "learner.hints"),
    ("learner.history", "learner.keeping"),
    ("learner.charts", "learner.state"),
    ("check",),
    ("new",),
    ("alone",),
    ("classroom",),
    ("batch", "cluster"),
    ("room",),
    ("collected",),
    ("task", "wire"),
    ("fingerprint",),
    ("intake.finding",),
    ("intake.entries", "intake.joining"),
    ("intake.reading", "intake.unpacking"),
    ("intake.folders",),
    ("foreign.finding",),
    ("intake.packed",),
    ("intake.archives",),
    ("intake.tars",),
    ("intake.streams",),
    ("intake.choosing", "intake.listing", "intake.gradescope", "intake.roster"),
    ("intake.handin", "intake.member", "intake.names", "intake.root"),
    ("rescoring",),
    ("gradebook.reading", "gradebook.writing"),
    ("gradebook.counting", "gradebook.store"),
    ("gradebook.tables",),
    ("gradebook.sums",),
    ("rubric",),
    ("policy",),
    ("render.progress",),
    ("render.page", "render.single"),
    ("render.single.view",),
    ("render.single.markdown", "render.single.parts", "render.single.reading"),
    ("render.page.drawings", "render.page.embedding"),
    ("render.page.recolouring", "render.page.rows", "render.page.wording"),
    ("render.codequality", "render.formats", "render.sealed"),
    ("signed.comparing",),
    ("signed.verifying",),
    ("signed.authenticity",),
    ("signed.signing",),
    (
        "render.canvas",
        "render.classroom50",
        "render.exercism",
        "render.github",
        "render.gradescope",
        "render.junit",
        "render.nbgrader",
        "render.parquet",
        "render.plain",
        "render.table",
    ),
    ("render.about", "render.csvfile"),
    ("render.naming", "render.sheet", "render.wording"),
    ("figures",),
    ("items",),
    ("standing",),
    ("grading",),
    ("render.any_shape",),
    ("render.terminal", "pictures.found"),
    ("report",),
    ("together",),
    ("scoring",),
    ("plugin", "pictures", "pictures.observed"),
    ("pictures.drawing",),
    ("pictures.cards", "pictures.places"),
    ("words",),
    ("explaining",),
    ("foreign.extras",),
    ("foreign.examining",),
    ("examining",),
    ("matrix", "learning"),
    ("foreign.modes",),
    ("foreign.banks",),
    ("setting", "parts"),
    ("diagnosis",),
    ("foreign.loadable",),
    ("shrinking",),
    ("judging",),
    ("student",),
    ("launch",),
    ("pipes",),
    ("sandbox",),
    ("sandbox.bwrap", "sandbox.uid"),
    ("sandbox.process", "sandbox.root"),
    ("sandbox.interpreter",),
    ("sandbox.cage",),
    ("worker.zygote",),
    ("worker.child",),
    ("worker.foreign.serving",),
    ("worker.foreign.layer", "worker.foreign.neuron"),
    ("worker.foreign.choosing", "worker.foreign.describing", "worker.foreign.standing"),
    ("worker.foreign.modules",),
    ("worker.foreign.kinds",),
    ("worker.foreign.activating", "worker.foreign.parts", "worker.foreign.siblings", "worker.foreign.trials"),
    ("worker.foreign.linking", "worker.foreign.loading", "worker.foreign.order", "worker.foreign.values"),
    ("worker.foreign.graph", "worker.foreign.numeric"),
    ("worker.foreign.elementwise",),
    ("worker.foreign.arrays",),
    (
        "worker.foreign.activations",
        "worker.foreign.cutting",
        "worker.foreign.memory",
        "worker.foreign.names",
        "worker.foreign.reading",
        "worker.foreign.scalars",
        "worker.foreign.standins",
    ),
    ("worker.engine", "worker.running", "worker.wire"),
    ("worker.networks",),
    ("worker.misfit", "worker.cell"),
    ("foreign.asking",),
    ("cases",),
    ("drawing",),
    ("foreign.oracle",),
    ("oracle", "strategies", "properties", "over", "pictures.typed"),
    ("foreign.pasting", "foreign.telling"),
    ("foreign.shape", "foreign.health"),
    ("graph",),
    ("listing",),
    ("labels",),
    (
        "evidence",
        "request",
        "catalogue",
        "sizes",
        "tracing",
        "view",
        "course",
        "submission",
        "handout.manifest",
    ),
    ("processes",),
    ("start",),
    ("door",),
    ("stubs", "sources", "handout.placing", "cache"),
    ("files",),
    ("scratch",),
    (
        "program",
        "model",
        "observation",
        "agreement",
        "errors",
        "version",
        "identity",
        "printable",
        "pictures.layers",
        "render.palette",
        "doctor.probes.environment",
        "doctor.probes.files",
        "doctor.probes.interpreter",
        "doctor.probes.leftovers",
        "doctor.probes.limits",
        "doctor.probes.network",
        "doctor.probes.pipe",
        "doctor.probes.privileges",
        "doctor.probes.processes",
        "sealing",
        "seeds",
        "foreign.rules",
        "foreign.way",
    ),
)
RANK = {name: rank for rank, row in enumerate(reversed(LAYERS)) for name in row}
# They would serve another course unchanged.
FREE_OF_VALUE = {
    "batch",
    "classroom",
    "figures",
    "gradebook",
    "intake",
    "items",
    "policy",
    "render",
    "report",
    "sandbox",
    "scoring",
    "together",
}


def modules():
    for path in sorted(GRADER.rglob("*.py")):
        relative = path.relative_to(GRADER)
        name = ".".join(relative.with_suffix("").parts).removesuffix(".__init__")
        yield name, path


def only_documented(path):
    """Whether a module holds nothing but its docstring, as most packages do."""
    return all(isinstance(node, ast.Expr) for node in ast.parse(path.read_text("utf-8")).body)


def package(path):
    return ".".join(path.relative_to(GRADER).parent.parts)


def imported(path, package):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level:
            parts = package.split(".")
            above = ".".join(["grader", *parts[: len(parts) + 1 - node.level]])
            names = [node.module] if node.module else [alias.name for alias in node.names]
            yield from (f"{above}.{name}" for name in names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def test_every_module_has_its_layer():
    named = {name for name, path in modules() if path.name != "__init__.py" or not only_documented(path)}
    assert named == set(RANK)


def test_imports_go_downwards_only():
    upwards = [
        f"{name} imports {target}"
        for name, path in modules()
        if name in RANK
        for target in imported(path, package(path))
        if target.startswith("grader.") and RANK[target.removeprefix("grader.")] >= RANK[name]
    ]
    assert upwards == []


def test_nothing_inside_imports_the_package_itself():
    assert [name for name, path in modules() if "grader" in imported(path, package(path))] == []


def test_worker_imports_the_standard_library_only():
    foreign = [
        target
        for name, path in modules()
        if name.startswith("worker.")
        for target in imported(path, package(path))
        if target.startswith("grader.") and not target.startswith("grader.worker.")
    ]
    assert foreign == []


def test_what_would_serve_another_course_knows_nothing_of_value():
    knowing = [
        name
        for name, path in modules()
        if name.partition(".")[0] in FREE_OF_VALUE
        and "Value" in {n.id for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Name)}
    ]
    assert knowing == []


def test_modules_are_as_large_as_their_subject_and_none_above_600_lines():
    long = {name: lines for name, path in modules() if (lines := path.read_text("utf-8").count("\n")) > 600}
    assert long == {}
