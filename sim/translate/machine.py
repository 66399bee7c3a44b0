"""Machine code: what LLVM makes of printed rules, linked and called with NumPy arrays and numbers."""

from __future__ import annotations

import ctypes
import functools
import sys
from collections.abc import Sequence
from typing import Any

import llvmlite
import llvmlite.binding as llvm

from sim.translate.subset import INT, REAL, WORD, Array, Kind, Record, has_open_length


@functools.cache
def processor() -> str:
    """Return what machine code hangs on besides what is printed: LLVM's version, the system and the processor."""
    host = f"{llvm.get_default_triple()} {llvm.get_host_cpu_name()} {llvm.get_host_cpu_features().flatten()}"
    return f"{llvmlite.__version__} {llvm.llvm_version_info} {host}"


def compile_object(text: str, *, level: int = 3, triple: str | None = None) -> bytes:
    """Compile printed code to the bytes of an object file, for this processor or, by a triple, for another system.

    The level of optimisation goes from 0 to 3.
    """
    if triple is None:
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
    else:
        llvm.initialize_all_targets()
        llvm.initialize_all_asmprinters()
    machine = _machine(level, triple)
    module = llvm.parse_assembly(text)
    module.verify()
    module.triple, module.data_layout = machine.triple, str(machine.target_data)
    if level:
        builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(level))
        builder.getModulePassManager().run(module, builder)
    code: bytes = machine.emit_object(module)
    return code


def _machine(level: int, triple: str | None) -> Any:
    if triple is not None:
        return llvm.Target.from_triple(triple).create_target_machine(opt=level, reloc="pic", codemodel="small")
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=level, reloc="pic",
        codemodel="small", jit=True)  # fmt: skip


class Compiled:
    """A kernel's machine code, linked and ready to be called with NumPy arrays and numbers.

    Calling it releases Python's lock. It raises ZeroDivisionError, or IndexError if indices are checked, with the
    rule's file and line; what had been written by then stays written. Its note of a fault stays: every call of the
    same code, also in other threads, stops and raises from then on, so that nobody takes half a result for a whole.
    """

    def __init__(self, code: bytes, name: str, kinds: Sequence[Kind], sites: Sequence[str]) -> None:
        """Link the object file `code`, whose kernel is `name` and takes these kinds; `sites` are the program's."""
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        self.sites, self._kinds = sites, tuple(kinds)
        # JITLink puts all sections into one block. LLVM's older linker asks for them one by one, and ends the process
        # where two lie more than 2 GB apart, as they may in a large program. On Windows only the older one is proven.
        self._compiler = llvm.create_lljit_compiler(_machine(3, None), use_jit_link=sys.platform != "win32")
        builder = llvm.JITLibraryBuilder().add_object_img(code).export_symbol(name).export_symbol("fault")
        builder.add_current_process()
        self._library = builder.link(self._compiler, name)
        types = [argument for kind in kinds for argument in argument_types(kind)]
        self._call = ctypes.CFUNCTYPE(None, *types)(self._library[name])
        self._fault = ctypes.c_int64.from_address(self._library["fault"])

    def stop(self) -> None:
        """End every call that is under way as a fault would."""
        self._fault.value = len(self.sites)

    def __call__(self, *given: Any) -> None:
        """Run the kernel."""
        pairs = zip(self._kinds, given, strict=True)
        self._call(*(part for kind, value in pairs for part in pass_argument(kind, value)))
        if site := self._fault.value:
            if site == len(self.sites):
                raise InterruptedError("stopped")
            why = self.sites[site]
            raise (IndexError if "index" in why else ZeroDivisionError)(why)


def argument_types(kind: Kind) -> list[Any]:
    """Return the C types of an argument of this kind; an array of open length comes with its length."""
    if has_open_length(kind):
        return [ctypes.c_void_p, ctypes.c_int64]
    return [{INT: ctypes.c_int64, REAL: ctypes.c_double, WORD: ctypes.c_uint64}.get(str(kind), ctypes.c_void_p)]


def pass_argument(kind: Kind, value: Any) -> tuple[Any, ...]:
    """Return what is passed for an argument: the address of an array or record, and an open length."""
    if has_open_length(kind):
        return value.ctypes.data, len(value)
    return (value.ctypes.data if isinstance(kind, (Array, Record)) else value,)
