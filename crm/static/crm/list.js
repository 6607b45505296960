// The list: rows are selected, cells are gone through and changed, columns are chosen.
import "list/cells";
import "list/columns";
import { moveSelected } from "list/select";
import { bindKey } from "ui/shortcuts";

bindKey("m", moveSelected);
