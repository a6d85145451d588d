/* answers: port_control wakes a thread of the port's own, which sends the caller the atom `answer`. Whether that comes
 * before the call returns is chance. */
#include <erl_driver.h>

typedef struct {
    ErlDrvPort port;
    ErlDrvTermData name, caller;
    ErlDrvMutex* lock;
    ErlDrvCond* changed;
    ErlDrvTid thread;
    int asked, over;
} Answers;

static void* answers_run(void* argument) {
    Answers* answers = (Answers*)argument;
    for (;;) {
        erl_drv_mutex_lock(answers->lock);
        while (!answers->asked && !answers->over) erl_drv_cond_wait(answers->changed, answers->lock);
        int over = answers->over;
        answers->asked = 0;
        erl_drv_mutex_unlock(answers->lock);
        if (over) return NULL;
        ErlDrvTermData words[] = {ERL_DRV_ATOM, driver_mk_atom("answer")};
        erl_drv_send_term(answers->name, answers->caller, words, 2);
    }
}

static ErlDrvData answers_start(ErlDrvPort port, char* command) {
    Answers* answers = driver_alloc(sizeof *answers);
    (void)command;
    answers->port = port;
    answers->name = driver_mk_port(port);
    answers->asked = answers->over = 0;
    answers->lock = erl_drv_mutex_create("answers");
    answers->changed = erl_drv_cond_create("answers");
    erl_drv_thread_create("answers", &answers->thread, answers_run, answers, NULL);
    return (ErlDrvData)answers;
}

static void answers_tell(Answers* answers, int* what) {
    erl_drv_mutex_lock(answers->lock);
    *what = 1;
    erl_drv_cond_signal(answers->changed);
    erl_drv_mutex_unlock(answers->lock);
}

static void answers_stop(ErlDrvData data) {
    Answers* answers = (Answers*)data;
    answers_tell(answers, &answers->over);
    erl_drv_thread_join(answers->thread, NULL);
    erl_drv_cond_destroy(answers->changed);
    erl_drv_mutex_destroy(answers->lock);
    driver_free(answers);
}

static ErlDrvSSizeT answers_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                    ErlDrvSizeT rlen) {
    Answers* answers = (Answers*)data;
    (void)command, (void)buf, (void)len, (void)rbuf, (void)rlen;
    answers->caller = driver_caller(answers->port);
    answers_tell(answers, &answers->asked);
    return 0;
}

static ErlDrvEntry entry = {
    .start = answers_start,
    .stop = answers_stop,
    .control = answers_control,
    .driver_name = "answers",
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(answers) {
    return &entry;
}
