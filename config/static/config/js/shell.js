// Everything a signed-in page needs.
import "ui/theme";
import "ui/rail";
import "ui/menus";
import "ui/toasts";
import "ui/requests";
import "ui/dialogs";
import "ui/palette";
import "ui/shortcuts";
import "ui/combobox";
import "ui/bell";
