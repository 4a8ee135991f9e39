/* The scripts of every page in the shell, in one place. Each looks for its own elements. */
import "./settings.js";
import "./menu.js";
import "./toast.js";
import "./list.js";
import "./drawer.js";
import "./live.js";
