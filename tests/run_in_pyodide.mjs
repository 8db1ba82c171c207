// Run a script on CPython 3.14 in WebAssembly: node run_in_pyodide.mjs PYODIDE_FOLDER SCRIPT INPUT [LINES]
// Prints what the script prints, on INPUT as its input.txt; with LINES it stops after so many.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, script, input, lines] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(folder + "/pyodide.mjs"));
const python = await loadPyodide({ indexURL: folder });
let left = lines ? Number(lines) : Infinity;
python.setStdout({
  batched: (line) => {
    process.stdout.write(line + "\n");
    if (--left === 0) process.exit(0);
  },
});
python.FS.writeFile("input.txt", readFileSync(input));
python.FS.writeFile("script.py", readFileSync(script));
console.error(python.runPython("import sys; sys.version.split()[0]"));
python.runPython("import runpy; runpy.run_path('script.py', run_name='__main__'); None");
