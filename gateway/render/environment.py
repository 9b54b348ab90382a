"""The Jinja of templates: sandboxed, strict, without anything that could run long or look outside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from itertools import islice
from time import monotonic
from traceback import extract_tb
from typing import Any, NoReturn

from jinja2 import BaseLoader, StrictUndefined, Template, TemplateError, TemplateSyntaxError, UndefinedError, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing, pass_context

from gateway.render import prose
from gateway.render.failure import TemplateFailure
from gateway.render.values import Fact, printed

OUTPUT_LIMIT = 2_000_000  # characters one template may print
_AT_ONCE = 200  # prints between two looks at the limits
TIME_LIMIT = 5.0  # seconds one template may take
_FILTERS = (
    "default", "d", "length", "count", "first", "last", "upper", "lower", "capitalize", "trim", "round", "int", "abs",
    "truncate", "batch", "select", "reject", "selectattr", "rejectattr", "map", "list", "sort", "unique", "reverse", "groupby",
)  # fmt: skip


# A line of tags only. Jinja's own trim_blocks would also join a paragraph that ends in a tag to the next one.
_ALONE = re.compile(r"^[ \t]*((?:\{%-?(?:[^%\n]|%(?!\}))*%\}[ \t]*)+)\n", re.MULTILINE)


class Strict(StrictUndefined):
    """An unknown name is an error which says the nearest known one."""

    def _fail_with_undefined_error(self, *_: Any, **__: Any) -> NoReturn:
        name = str(self._undefined_name)
        known: Iterable[str] = self._undefined_obj if isinstance(self._undefined_obj, Fact) else ()
        near = get_close_matches(name, list(known), 1)
        hint = f"; did you mean `{near[0]}`?" if near else ""
        raise UndefinedError(
            f"unknown variable `{name}`{hint}"
            if self._undefined_obj is missing or near
            else f"unknown variable `{name}`"
        )

    __str__ = __iter__ = __len__ = __bool__ = __eq__ = __ne__ = __hash__ = __contains__ = _fail_with_undefined_error
    __getattr__ = __getitem__ = __call__ = __add__ = __radd__ = __lt__ = __gt__ = __le__ = __ge__ = (
        _fail_with_undefined_error
    )


class _Printing(CodeGenerator):
    """Writes what the finalizer returns as it is: a token or plain text, where Jinja would escape it once more."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:  # noqa: ARG002
        self.write(finalize.src)

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:  # noqa: ARG002
        self.write(")")


class Sandbox(ImmutableSandboxedEnvironment):
    """No method calls, no arithmetic that grows, no globals: templates print facts, choose and repeat."""

    code_generator_class = _Printing
    checked = False  # whether the syntax of all templates was seen to be right before
    intercepted_binops = frozenset({"*", "**", "%", "+"})

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ARG002
        """Only facts and Jinja's own loop have attributes."""
        return not attr.startswith("_") and type(obj).__name__ in {
            "Fact",
            "OpenFact",
            "LoopContext",
            "TemplateModule",
            "TemplateReference",
        }

    def is_safe_callable(self, obj: Any) -> bool:
        """Only macros can be called, and a loop itself."""
        return isinstance(obj, Macro) or type(obj).__name__ in {"LoopContext", "BlockReference"}

    def preprocess(self, source: str, name: str | None = None, filename: str | None = None) -> str:
        """Let lines of nothing but tags vanish; their line breaks go into comments, so that line numbers stay."""
        return str(super().preprocess(_ALONE.sub(r"\1{#\n#}", source), name, filename))

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        joined = next(tree.find_all(nodes.Concat), None)
        if joined is not None:
            raise TemplateSyntaxError(
                "`~` is not for templates; write {{ a }}{{ b }} beside each other", joined.lineno, name
            )
        return tree

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002
        """Add numbers only: texts stand beside each other without an operator."""
        if operator == "+" and isinstance(left, int) and isinstance(right, int):
            return left + right
        raise SecurityError(f"`{operator}` is not for templates; write {{{{ a }}}}{{{{ b }}}} beside each other")


@pass_context
def _finalize(_context: Context, value: Any) -> str:
    if isinstance(value, Strict):
        str(value)  # raises here, where the line is known, and not when the value is put in
    return printed(value)


@pass_context
def _when(context: Context, value: str) -> str:
    return str(context["_locale"].when(value)) if value else ""


@pass_context
def _day(context: Context, value: str) -> str:
    return str(context["_locale"].day(value)) if value else ""


@pass_context
def _date(context: Context, value: str) -> str:
    return str(context["_locale"].date(value)) if value else ""


@pass_context
def _short(context: Context, value: str) -> str:
    return str(context["_locale"].short(value)) if value else ""


@pass_context
def _word(context: Context, path: str, **slots: Any) -> str:
    return str(context["_locale"].words.get(path, **{name: str(value or "") for name, value in slots.items()}))


def _join(values: Iterable[Any], by: str = ", ") -> str:
    return by.join(str(value) for value in values)


def _first_words(value: str | None, characters: int = 110) -> str:
    return prose.first_words(str(value or ""), min(int(characters), 400))


FILTERS: Mapping[str, Any] = {
    "when": _when, "day": _day, "date": _date, "short": _short, "word": _word, "join": _join, "first_words": _first_words,
}  # fmt: skip


def environment(loader: BaseLoader) -> Sandbox:
    """Make the one environment of a library."""
    made = Sandbox(
        loader=loader, autoescape=True, undefined=Strict, finalize=_finalize,
        keep_trailing_newline=True, cache_size=-1, auto_reload=False,
    )  # fmt: skip
    made.globals.clear()
    made.filters = {name: made.filters[name] for name in _FILTERS} | dict(FILTERS)
    return made


class Draft:
    """A template whose syntax was checked; compiled when it is used first, for few of them are used each day."""

    __slots__ = ("_sandbox", "_source", "_template", "file")

    def __init__(self, sandbox: Sandbox, source: str, file: str, line: int = 1) -> None:
        """Check a source that begins at this line of the file. Raises TemplateFailure."""
        self.file = file
        self._sandbox, self._source = sandbox, "\n" * (line - 1) + source
        self._template: Template | None = None
        if not sandbox.checked:
            with _as_failure(file):
                sandbox.parse(self._source, file, file)

    def template(self) -> Template:
        """Return the compiled template. Two threads may both compile it once; they get the same."""
        if self._template is None:
            with _as_failure(self.file):
                code = self._sandbox.compile(self._source, self.file, self.file)
                self._template = Template.from_code(self._sandbox, code, self._sandbox.make_globals(None))
        return self._template


@contextmanager
def _as_failure(file: str) -> Iterator[None]:
    try:
        yield
    except TemplateSyntaxError as error:
        raise TemplateFailure(error.name or file, error.lineno, error.message or "cannot be read") from error
    except TemplateError as error:
        raise TemplateFailure(file, 0, error.message or str(error)) from error


def rendered(draft: Draft, context: Mapping[str, Any]) -> str:
    """Render within limits. Raises TemplateFailure with the line."""
    try:
        return _within_limits(draft, context)
    except TemplateFailure:
        raise
    except (TemplateError, TypeError, ValueError, RecursionError, KeyError, AttributeError, ZeroDivisionError) as error:
        at, line = _place(error, draft.file)
        message = error.message if isinstance(error, TemplateError) else f"{type(error).__name__}: {error}"
        raise TemplateFailure(at, line, _with_nearest(message or "cannot be rendered", context)) from error


def _within_limits(draft: Draft, context: Mapping[str, Any]) -> str:
    out: list[str] = []
    size, end = 0, monotonic() + TIME_LIMIT
    chunks = _chunks(draft.template(), context)
    while batch := list(islice(chunks, _AT_ONCE)):
        out.append("".join(batch))
        size += len(out[-1])
        if size > OUTPUT_LIMIT or monotonic() > end:
            raise SecurityError(f"prints more than {OUTPUT_LIMIT:,} characters or takes over {TIME_LIMIT:g} s")
        if len(batch) < _AT_ONCE:  # that was all
            break
    return "".join(out).lstrip("\n")


def _chunks(template: Template, context: Mapping[str, Any]) -> Iterator[str]:
    """Run the template as `Template.generate` does, on the given mapping itself: a mail renders fifteen small ones."""
    made = template.new_context(context, shared=True)  # type: ignore[arg-type]  # any mapping will do
    try:
        yield from template.root_render_func(made)
    except Exception:  # noqa: BLE001  # jinja2 raises it anew, with the template's own lines
        template.environment.handle_exception()


def _place(error: BaseException, file: str) -> tuple[str, int]:
    """Return the template's file and line: the innermost frame that is one."""
    if isinstance(error, TemplateSyntaxError):
        return error.name or file, error.lineno
    frames = [frame for frame in extract_tb(error.__traceback__) if not frame.filename.endswith(".py")]
    frames = [frame for frame in frames if "<" not in frame.filename]
    return (frames[-1].filename, frames[-1].lineno or 0) if frames else (file, 0)


def _with_nearest(message: str, context: Mapping[str, Any]) -> str:
    """Add the nearest name for an unknown variable of the outermost level."""
    if not message.startswith("unknown variable") or "did you mean" in message:
        return message
    near = get_close_matches(message.split("`")[1], [name for name in context if not name.startswith("_")], 1)
    return f"{message}; did you mean `{near[0]}`?" if near else message
