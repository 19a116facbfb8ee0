"""The pages of the web application, one file each: `build` lays a page out inside its tab and wires it."""
