package io.gyre.loop.dump;

import io.gyre.loop.internal.text.Describe;

/**
 * Names a task, of any loop.
 *
 * <p><b>Confinement:</b> immutable.
 *
 * @param id the id, unique in this JVM; the id of the task's thread in thread dumps
 * @param name the name, in one line of limited length; {@code task-} and the id if it has none
 * @param loop the name of its loop, in one line of limited length
 */
public record TaskRef(long id, String name, String loop) {
    /** Makes the texts fit for logs. */
    public TaskRef {
        name = Describe.line(name);
        loop = Describe.line(loop);
    }

    /** {@return the task as messages name it} */
    @Override
    public String toString() {
        return name.equals("task-" + id) ? name : "task '" + name + "'";
    }
}
