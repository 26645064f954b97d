/** The one floor through which the project touches native memory and the operating system. */
@NullMarked
package io.xdp4j.sys;

import org.jspecify.annotations.NullMarked;
