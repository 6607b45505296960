// Everything the sign-in family needs.
import "ui/theme";
import "ui/menus";
import "ui/password";
