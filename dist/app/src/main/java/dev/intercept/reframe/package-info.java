/** Gives the class files of an old library what archives of classes ask for. Run by the build only. */
package dev.intercept.reframe;
